import { type JSX, useState } from 'react'
import { testEndpoint, type WebhookTest } from '../api/webhook.ts'
import { Notice, ProblemNotice, say } from '../kit/index.ts'
import { endpoint as text } from '../message/en/webhook.ts'
import { testSentence } from './endpoint.ts'

export interface EndpointTest {
  readonly isBusy: boolean
  readonly result: WebhookTest | undefined
  readonly problem: unknown
  readonly send: () => void
}

/** Sends an endpoint one event, at once and once, and knows what has become of it. */
export function useEndpointTest(id: string): EndpointTest {
  const [isBusy, setBusy] = useState(false)
  const [result, setResult] = useState<WebhookTest>()
  const [problem, setProblem] = useState<unknown>()
  const test = async (): Promise<void> => {
    setBusy(true)
    setResult(undefined)
    setProblem(undefined)
    try {
      const said = await testEndpoint(id)
      setResult(said)
      say(`${titleOf(said)}. ${testSentence(said)}`)
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, result, problem, send: () => void test() }
}

const titleOf = ({ delivered }: WebhookTest): string => (delivered ? text.testDelivered : text.testNotDelivered)

export function TestResult({ test: { result, problem, send } }: { readonly test: EndpointTest }): JSX.Element | null {
  if (problem !== undefined) return <ProblemNotice error={problem} retry={send} />
  if (result === undefined) return null
  return (
    <Notice tone={result.delivered ? 'info' : 'warning'} title={titleOf(result)}>
      {testSentence(result)}
    </Notice>
  )
}
