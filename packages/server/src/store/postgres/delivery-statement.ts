import {
  type BacklogRow,
  destinationColumns,
  type DestinationRow,
  jobColumns,
  type JobRow,
  type NewJobRow,
  oldestWaiting,
} from '../sqlite/delivery-row.ts'
import { insertInto, type Statement, statement } from './statement.ts'

const DESTINATION = 'countersign.delivery_destination'
const JOB = 'countersign.delivery_job'
const KEPT = 'countersign.delivery_kept'

export const addDestination: Statement = statement('add destination', insertInto('delivery_destination', destinationColumns.split(', ')))
export const findDestination: Statement<DestinationRow> = statement<DestinationRow>(
  'find destination',
  `SELECT * FROM ${DESTINATION} WHERE id = $1`,
)
export const listDestinations: Statement<DestinationRow> = statement<DestinationRow>(
  'list destinations',
  `SELECT * FROM ${DESTINATION} WHERE kind = ANY ($1::text[]) ORDER BY created_at, id`,
)
// What was copied meanwhile is not copied again.
export const changeDestination: Statement<DestinationRow> = statement<DestinationRow>(
  'change destination',
  `
  UPDATE ${DESTINATION} SET kind = $3, state = $4, reason = $5, settings = $6, position = greatest(position, $7), revision = revision + 1
  WHERE id = $1 AND revision = $2 RETURNING *`,
)
// Whoever adds jobs holds the row of their destination, so that none is added behind this.
export const holdDestination: Statement = statement('hold destination', `SELECT 1 FROM ${DESTINATION} WHERE id = $1 FOR UPDATE`)
export const removeDestination: Statement = statement('remove destination', `DELETE FROM ${DESTINATION} WHERE id = $1`)
export const destinationsBehind: Statement<DestinationRow> = statement<DestinationRow>(
  'destinations behind',
  `SELECT * FROM ${DESTINATION} WHERE kind = ANY ($1::text[]) AND state <> 'shut' AND position < $2 ORDER BY created_at, id`,
)
export const moveDestination: Statement = statement(
  'move destination',
  `UPDATE ${DESTINATION} SET position = $3 WHERE id = $1 AND position = $2 AND state <> 'shut'`,
)

// Nothing where the destination is gone, or the job is there.
export const insertJobs: Statement = statement(
  'insert jobs',
  `
  INSERT INTO ${JOB} (id, destination, payload, urgent, created_at, attempt, due_at)
  SELECT n.id, n.destination, n.payload, n.urgent, n.created_at, 0, n.created_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[]) WITH ORDINALITY
    AS n (id, destination, payload, urgent, created_at, place)
  JOIN ${DESTINATION} d ON d.id = n.destination ORDER BY n.place FOR KEY SHARE OF d
  ON CONFLICT (id) DO NOTHING`,
)
export const dropJobs: Statement = statement('drop jobs', `DELETE FROM ${JOB} WHERE destination = $1`)

// One statement takes and notes the taking. Of two that find the same job the later one waits for the row, and sees then that it is no longer due. By the index
// it looks at `window` rows of each destination, however many there are.
export const claimJobs: Statement<JobRow> = statement<JobRow>(
  'claim jobs',
  `
  UPDATE ${JOB} j SET attempt = j.attempt + 1, due_at = $3 FROM (
    SELECT w.sequence FROM ${DESTINATION} d CROSS JOIN LATERAL (
      SELECT sequence FROM (
        SELECT sequence, due_at FROM ${JOB}
        WHERE destination = d.id AND dead_at IS NULL AND (d.state <> 'held' OR urgent = 1)
        ORDER BY urgent DESC, sequence LIMIT $4
      ) oldest
      WHERE due_at <= $2 LIMIT $6
    ) w
    WHERE d.kind = $1 AND NOT d.id = ANY ($7::text[]) ORDER BY w.sequence LIMIT $5
  ) c
  WHERE j.sequence = c.sequence AND j.due_at <= $2 AND j.dead_at IS NULL
  RETURNING ${jobColumns
    .split(', ')
    .map((column) => `j.${column}`)
    .join(', ')}, j.sequence, j.attempt`,
)

const taken = 'WHERE id = $1 AND attempt = $2 AND dead_at IS NULL'
export const completeJob: Statement = statement('complete job', `DELETE FROM ${JOB} ${taken}`)
export const keepJob: Statement = statement(
  'keep job',
  `
  WITH done AS (DELETE FROM ${JOB} ${taken} RETURNING id, destination, payload, created_at, attempt)
  INSERT INTO ${KEPT} (id, destination, payload, created_at, attempt, kept_at, note)
  SELECT id, destination, payload, created_at, attempt, $3::bigint, $4::text FROM done
  ON CONFLICT (id) DO UPDATE SET attempt = excluded.attempt, kept_at = excluded.kept_at, note = excluded.note`,
)
export const postponeJob: Statement = statement('postpone job', `UPDATE ${JOB} SET due_at = $3, problem = $4 ${taken}`)
export const buryJob: Statement = statement('bury job', `UPDATE ${JOB} SET dead_at = $3, problem = $4 ${taken}`)

export const waitingJobs: Statement<NewJobRow> = statement<NewJobRow>(
  'waiting jobs',
  `
  SELECT ${jobColumns} FROM ${JOB} WHERE destination = $1 AND dead_at IS NULL
  AND (urgent = 1 OR (SELECT state FROM ${DESTINATION} WHERE id = $1) <> 'held') ORDER BY urgent DESC, sequence LIMIT $2`,
)
export const acknowledgeJobs: Statement = statement(
  'acknowledge jobs',
  `DELETE FROM ${JOB} WHERE destination = $1 AND dead_at IS NULL AND id = ANY ($2::text[])`,
)
export const refuseJobs: Statement = statement(
  'refuse jobs',
  `
  UPDATE ${JOB} j SET dead_at = $2, problem = n.problem FROM unnest($3::text[], $4::text[]) AS n (id, problem)
  WHERE j.destination = $1 AND j.id = n.id AND j.dead_at IS NULL`,
)
export const readBacklog: Statement<BacklogRow> = statement<BacklogRow>(
  'backlog',
  `
  SELECT count(*) FILTER (WHERE dead_at IS NULL) AS waiting, count(dead_at) AS dead,
    min(created_at) FILTER (WHERE dead_at IS NULL) AS oldest_at
  FROM ${JOB} WHERE destination = $1`,
)
export const readOldestWaiting: Statement<{ readonly kind: string; readonly created_at: number }> = statement<{
  readonly kind: string
  readonly created_at: number
}>('oldest waiting', oldestWaiting(DESTINATION, JOB))
export const reviveJobs: Statement = statement(
  'revive jobs',
  `
  UPDATE ${JOB} SET dead_at = NULL, problem = NULL, attempt = 0, due_at = $2, created_at = $2
  WHERE destination = $1 AND dead_at IS NOT NULL`,
)
export const sweepJobs: Statement = statement('sweep jobs', `DELETE FROM ${JOB} WHERE dead_at < $1`)
