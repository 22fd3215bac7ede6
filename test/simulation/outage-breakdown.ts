import type { BrokerKind } from './broker-face.ts'
import type { Chance } from './chance.ts'
import { calm } from './network.ts'
import type { Cause, OutageVerifier } from './outage-verifier.ts'
import { honest, type SimulatedBroker } from './simulated-broker.ts'
import type { SimulatedTime } from './simulated-time.ts'

export interface BreakdownGround {
  readonly time: SimulatedTime
  readonly chance: Chance
  readonly brokers: ReadonlyMap<BrokerKind, SimulatedBroker>
  readonly verifiers: readonly OutageVerifier[]
  killServer(): void
  startServer(): Promise<void>
}

type Repair = () => void | Promise<void>

/** One that has begun. */
interface Breakdown {
  readonly repair: Repair
  /** It needs so long to show. */
  readonly leastMs?: number
}

/** What breaks by itself, again and again: each part has its own calm and its own trouble, and they meet as chance has it. */
export class Breakdowns {
  readonly #ground: BreakdownGround
  readonly #open = new Map<string, Repair>()
  #isOver = false
  count = 0

  constructor(ground: BreakdownGround) {
    this.#ground = ground
  }

  begin(): void {
    const { brokers, verifiers } = this.#ground
    this.#repeat('server', 70_000, () => this.#server())
    for (const [kind, broker] of brokers) this.#repeat(kind, 30_000, () => this.#broker(broker))
    for (const verifier of verifiers) {
      this.#repeat(`link ${verifier.index}`, 90_000, () => this.#link(verifier))
      this.#repeat(`clock ${verifier.index}`, 150_000, () => this.#clock(verifier))
      this.#repeat(`process ${verifier.index}`, 250_000, () => this.#process(verifier))
    }
  }

  /** Repairs what is broken; nothing breaks any more. */
  async end(): Promise<void> {
    this.#isOver = true
    for (const repair of this.#open.values()) await repair()
    this.#open.clear()
  }

  #repeat(part: string, meanCalmMs: number, breakDown: () => Breakdown): void {
    const { time, chance } = this.#ground
    time.after(-Math.log(1 - chance.next()) * meanCalmMs, () => {
      if (this.#isOver) return
      this.count += 1
      const { repair, leastMs = 0 } = breakDown()
      this.#open.set(part, repair)
      time.after(Math.max(leastMs, this.#duration()), () => {
        if (!this.#open.delete(part)) return
        void repair()
        this.#repeat(part, meanCalmMs, breakDown)
      })
    })
  }

  /** Blinks, outages within the grace, and outages beyond it. */
  #duration(): number {
    const { chance } = this.#ground
    const kind = chance.next()
    if (kind < 0.4) return chance.below(4000)
    return kind < 0.8 ? 4000 + chance.below(50_000) : 54_000 + chance.below(70_000)
  }

  #server(): Breakdown {
    const { killServer, startServer, verifiers } = this.#ground
    const repair = impair('server', verifiers, true)
    killServer()
    return {
      repair: async () => {
        await startServer()
        repair()
      },
    }
  }

  #broker(broker: SimulatedBroker): Breakdown {
    const { chance } = this.#ground
    const readers = this.#ground.verifiers.filter((verifier) => verifier.broker === broker)
    const trouble = chance.pick(['kill', 'kill', 'hang', 'lose all', 'truncate', 'mischief', 'mischief', 'delay'] as const)
    // What is late all the time is signed, and in order: it is the outage that it looks like.
    const well = impair('broker', readers, trouble === 'delay')
    let leastMs = 0
    switch (trouble) {
      case 'kill':
        broker.kill(chance.pick(['nothing', 'its tail', 'everything'] as const) ?? 'nothing')
        break
      case 'hang':
        broker.hang()
        break
      case 'lose all':
        broker.loseAll()
        break
      case 'truncate':
        broker.truncate()
        break
      case 'delay':
        broker.mischief = { ...honest, delayMs: chance.happens(0.4) ? 500 + chance.below(50_000) : 50_000 + chance.below(25_000) }
        leastMs = broker.mischief.delayMs * 2
        break
      default:
        broker.mischief = { ...honest, lose: this.#some(), reorder: this.#some(), replay: this.#some(), forge: this.#some() }
    }
    const repair = (): void => {
      broker.restore()
      well()
    }
    return { repair, leastMs }
  }

  #link(verifier: OutageVerifier): Breakdown {
    const { chance } = this.#ground
    const well = impair('link', [verifier], true)
    const trouble = chance.pick(['refused', 'silent', 'weather', 'delay'] as const)
    if (trouble === 'refused' || trouble === 'silent') verifier.partition(trouble)
    else if (trouble === 'delay') verifier.link.weather = { ...calm, delayMs: 100 + chance.below(100_000) }
    else verifier.link.weather = { lose: this.#some(), repeat: this.#some(), reorder: this.#some(), cut: this.#some() / 4 }
    const repair = (): void => {
      verifier.heal()
      well()
    }
    return { repair }
  }

  /** Set anew, forwards or back. */
  #clock(verifier: OutageVerifier): Breakdown {
    verifier.setClock()
    return { repair: () => undefined }
  }

  #process(verifier: OutageVerifier): Breakdown {
    verifier.restart()
    return { repair: () => undefined }
  }

  #some(): number {
    const { chance } = this.#ground
    return chance.happens(0.5) ? chance.next() * 0.6 : 0
  }
}

function impair(cause: Cause, verifiers: readonly OutageVerifier[], isHard: boolean): () => void {
  for (const verifier of verifiers) verifier.begin(cause, isHard)
  return () => {
    for (const verifier of verifiers) verifier.end(cause)
  }
}
