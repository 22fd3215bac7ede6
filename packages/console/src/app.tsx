import { QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, Suspense } from 'react'
import { Route, Router, Switch } from 'wouter'
import { rootPath } from './api/base.ts'
import { createQueries } from './api/query.ts'
import { Boundary } from './boundary.tsx'
import { CONFIRMED } from './kit/confirmation.ts'
import { Skeleton } from './kit/index.ts'
import { ConfirmedPage, FailedPage, NotForYouPage, NotFoundPage } from './outcome.tsx'
import { useRoutePath } from './place.ts'
import { noteRefusal, useRefused } from './refused.ts'
import { Shell } from './shell.tsx'
import { views } from './view.tsx'

const queries = createQueries(noteRefusal)

export const App = (): ReactNode => (
  <QueryClientProvider client={queries}>
    <Router base={rootPath()}>
      <Shell>
        <Content />
      </Shell>
    </Router>
  </QueryClientProvider>
)

/** Each place begins anew: nothing of one user is left where another is shown. */
function Content(): ReactNode {
  const place = useRoutePath()
  const isRefused = useRefused()
  if (isRefused) return <NotForYouPage />
  return (
    <Boundary key={place} instead={<FailedPage />}>
      <Suspense fallback={<Skeleton lines={12} />}>
        <Switch>
          {Object.entries(views).map(([path, component]) => (
            <Route key={path} path={path} component={component} />
          ))}
          <Route path={CONFIRMED} component={ConfirmedPage} />
          <Route component={NotFoundPage} />
        </Switch>
      </Suspense>
    </Boundary>
  )
}
