import { Component, type ReactNode } from 'react'

interface BoundaryProps {
  /** What stands there when the rest has failed. */
  readonly instead: ReactNode
  readonly children: ReactNode
}

interface BoundaryState {
  readonly hasFailed: boolean
}

/** Keeps what fails in one page from taking the others with it. With another `key` it begins anew. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { hasFailed: false }

  static getDerivedStateFromError(): BoundaryState {
    return { hasFailed: true }
  }

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.instead : this.props.children
  }
}
