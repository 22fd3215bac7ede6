/// <reference types="vite/client" />
import './style/tokens.css'
import './style/base.css'
import './style/control.css'
import './style/console.css'
import './style/table.css'
import './style/overlay.css'
import './style/detail.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'

// A page that the browser had kept for the way back is of whoever was signed in then.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload()
})

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no place for the console')
createRoot(root).render(<App />)
