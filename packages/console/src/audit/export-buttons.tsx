import { type JSX, useRef, useState } from 'react'
import { type AuditSelection, listAuditEvents } from '../api/audit.ts'
import { Button, clock, Menu, ProblemNotice, say } from '../kit/index.ts'
import { download, fileName } from '../kit/download.ts'
import { auditExport as text } from '../message/en/audit.ts'
import { allEvents, EXPORT_PAGE, type ExportForm, exportText } from './export.ts'

const types: Readonly<Record<ExportForm, string>> = { csv: 'text/csv;charset=utf-8', jsonl: 'application/jsonl' }

/** Everything that the server has by this selection, not only what was loaded; with a count while it goes on. */
export function ExportButtons({ selection }: { readonly selection: AuditSelection }): JSX.Element {
  const [count, setCount] = useState<number>()
  const [problem, setProblem] = useState<unknown>()
  const running = useRef<AbortController>(undefined)
  const start = async (form: ExportForm): Promise<void> => {
    const { signal } = (running.current = new AbortController())
    setProblem(undefined)
    setCount(0)
    try {
      const load = (after: string | undefined): ReturnType<typeof listAuditEvents> => listAuditEvents(selection, after, signal, EXPORT_PAGE)
      const events = await allEvents({ load, onProgress: setCount })
      download(fileName('audit', clock.now(), form), types[form], exportText(events, form))
      say(text.done(events.length))
    } catch (error) {
      if (signal.aborted) say(text.stopped)
      else setProblem(error)
    } finally {
      setCount(undefined)
    }
  }
  if (count !== undefined) {
    return (
      <>
        <span className="soft small">{text.running(count)}</span>
        <Button tone="quiet" compact onClick={() => running.current?.abort()}>
          {text.cancel}
        </Button>
      </>
    )
  }
  return (
    <>
      {problem === undefined ? null : <ProblemNotice error={problem} />}
      <Menu
        label={text.title}
        items={[
          { title: text.csv, onSelect: () => void start('csv') },
          { title: text.lines, onSelect: () => void start('jsonl') },
        ]}
      />
    </>
  )
}
