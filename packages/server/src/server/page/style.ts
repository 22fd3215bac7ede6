import type { Brand } from '../config-brand.ts'

/** The brand's accent for the console, whose own sheet has all other colours. It comes after that. */
export const accentStyle = ({ light, dark }: Pick<Brand, 'light' | 'dark'>): string => `:root {
  --accent: light-dark(${light.accent}, ${dark.accent}); --accent-ink: light-dark(${light.ink}, ${dark.ink}); --accent-wash: light-dark(${light.wash}, ${dark.wash});
}
`

/**
 * The one style sheet of all hosted pages. Both schemes by `prefers-color-scheme`, since older browsers have no `light-dark()`. `grounds` in
 * `config-brand.ts` names surface and ground once more, to hold the accent against them.
 */
export const pageStyle = ({ light, dark }: Pick<Brand, 'light' | 'dark'>): string => `
:root {
  color-scheme: light dark;
  --font: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  --step--1: 0.8125rem; --step-0: 0.9375rem; --step-1: 1.125rem; --step-2: 1.5rem;
  --space-1: 4px; --space-2: 8px; --space-3: 12px; --space-4: 16px; --space-5: 24px; --space-6: 32px; --space-7: 48px;
  --radius: 10px; --radius-small: 6px;
  --ground: #f6f6f3; --surface: #ffffff; --line: #dcdcd4; --control: #8a8b80; --ink: #1b1e1d; --ink-soft: #585d59;
  --accent: ${light.accent}; --accent-ink: ${light.ink}; --accent-wash: ${light.wash};
  --danger: #a8231f; --danger-wash: #fbeae8; --warning: #7a4d00; --warning-wash: #fbf1dc;
  --shadow: 0 1px 2px rgb(0 0 0 / 0.05), 0 8px 24px -12px rgb(0 0 0 / 0.18);
  --ring: 0 0 0 2px var(--surface), 0 0 0 4px var(--accent);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #111413; --surface: #191d1c; --line: #2e3533; --control: #6d7773; --ink: #eceeea; --ink-soft: #a4aca7;
    --accent: ${dark.accent}; --accent-ink: ${dark.ink}; --accent-wash: ${dark.wash};
    --danger: #ff9d94; --danger-wash: #371a18; --warning: #f3c46b; --warning-wash: #33270e;
  }
}
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink); font: 400 var(--step-0)/1.55 var(--font); -webkit-font-smoothing: antialiased; overflow-wrap: break-word; }
h1 { font-size: var(--step-2); line-height: 1.2; letter-spacing: -0.015em; font-weight: 650; }
h2 { font-size: var(--step-1); line-height: 1.3; letter-spacing: -0.01em; font-weight: 620; }
a { color: var(--accent); text-underline-offset: 3px; }
code { font: 500 0.86em/1.5 var(--mono); font-variant-ligatures: none; }
ul { padding: 0; list-style: none; }
.asks { padding-left: 1.25em; list-style: disc; }
.soft { color: var(--ink-soft); }
.small { font-size: var(--step--1); }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); }
.stack > * + * { margin-top: var(--space-4); }
.stack > input[type=hidden] + *, .stack > input[hidden] + * { margin-top: 0; }
.skip { position: absolute; left: var(--space-4); top: -100px; padding: var(--space-3) var(--space-4); background: var(--surface); border-radius: var(--radius-small); z-index: 1; }
.skip:focus { top: var(--space-4); }
.mark { display: inline-flex; align-items: center; gap: 10px; min-height: 44px; font-weight: 650; letter-spacing: -0.01em; color: var(--ink); text-decoration: none; border-radius: var(--radius-small); }
.mark svg { flex: none; width: 28px; height: 28px; }
.mark img { max-height: 28px; max-width: 160px; width: auto; }

.panel { flex: 1; display: flex; flex-direction: column; align-items: center; justify-content: center; padding: var(--space-5) var(--space-4); }
.panel > * { width: min(100%, 400px); }
.panel > .card { padding: var(--space-6); }
.panel .button { width: 100%; }
.panel header { margin-bottom: var(--space-5); }
.panel header h1 { margin-top: var(--space-4); }
.panel header h1 + p { margin-top: var(--space-1); }
.centre { margin-top: var(--space-5); text-align: center; }
.panel > footer { margin-top: var(--space-2); }

label, legend { display: block; font-weight: 560; margin-bottom: var(--space-1); }
label .soft { font-weight: 400; }
input { display: block; width: 100%; min-height: 44px; padding: 10px 12px; font: inherit; font-size: 1rem; line-height: 1.4; color: inherit; background: var(--surface); border: 1px solid var(--control); border-radius: var(--radius-small); appearance: none; }
input[aria-invalid] { border-color: var(--danger); border-width: 2px; padding: 9px 11px; }
input.code { font-family: var(--mono); letter-spacing: 0.12em; font-variant-numeric: tabular-nums; }
.hint { margin-top: var(--space-1); color: var(--ink-soft); font-size: var(--step--1); }
.error { margin-top: var(--space-1); color: var(--danger); font-size: var(--step--1); font-weight: 560; }
.row { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 var(--space-3); }
.target { display: inline-block; padding: 12px 0; margin: -12px 0; }
[data-needs-passkey]:not([hidden]) + .stack > .or { display: none; }
.or { display: flex; align-items: center; gap: var(--space-3); color: var(--ink-soft); font-size: var(--step--1); }
.or::before, .or::after { content: ""; height: 1px; flex: 1; background: var(--line); }

.check { display: flex; align-items: center; gap: var(--space-3); min-height: 44px; margin: 0; font-weight: 400; cursor: pointer; overflow-wrap: anywhere; }
.check input { flex: none; width: 24px; min-height: 24px; height: 24px; padding: 0; display: grid; place-content: center; }
.check input::before { content: ""; width: 12px; height: 6px; border: solid var(--accent-ink); border-width: 0 0 2.5px 2.5px; transform: translateY(-2px) rotate(-45deg); opacity: 0; }
.check input:checked { background: var(--accent); border-color: var(--accent); }
.check input:checked::before { opacity: 1; }
fieldset { border: 0; padding: 0; min-width: 0; }
select { display: block; width: 100%; min-height: 44px; padding: 10px 12px; font: inherit; font-size: 1rem; color: inherit; background: var(--surface); border: 1px solid var(--control); border-radius: var(--radius-small); }

.button { display: inline-flex; align-items: center; justify-content: center; gap: var(--space-2); min-height: 44px; padding: 8px 18px; border-radius: var(--radius-small); border: 1px solid transparent; background: var(--accent); color: var(--accent-ink); font: 600 var(--step-0)/1.2 var(--font); text-align: center; text-decoration: none; cursor: pointer; }
.button.quiet { background: transparent; color: var(--ink); border-color: var(--control); }
.button.danger { background: transparent; color: var(--danger); border-color: var(--danger); }
.button.compact { position: relative; min-height: 36px; padding: 4px 14px; font-size: var(--step--1); }
.button.compact::after { content: ""; position: absolute; inset: -5px 0; }
.button:hover { filter: brightness(1.08); }
.button.quiet:hover, .button.danger:hover { filter: none; background: var(--ground); }
.link { border: 0; background: none; font: inherit; color: var(--accent); text-decoration: underline; text-underline-offset: 3px; cursor: pointer; }
.inline { display: inline; }
.buttons { display: flex; flex-wrap: wrap; gap: var(--space-3); }
a:focus-visible, input:focus-visible, select:focus-visible, .link:focus-visible, .button:focus-visible, summary:focus-visible, .notice:focus-visible { outline: 2px solid transparent; outline-offset: 2px; box-shadow: var(--ring); }

.notice { padding: var(--space-3) var(--space-4); border-radius: var(--radius-small); border-left: 3px solid; background: var(--accent-wash); border-color: var(--accent); }
.notice.danger { background: var(--danger-wash); border-color: var(--danger); }
.notice.warning { background: var(--warning-wash); border-color: var(--warning); }
.notice a { color: inherit; }
.notice li { margin-top: var(--space-1); }
.notice .support { margin-top: var(--space-2); color: var(--ink-soft); font-size: 0.75rem; }
.badge { display: inline-flex; align-items: center; gap: 6px; padding: 2px 9px; border-radius: 999px; font-size: var(--step--1); font-weight: 560; background: var(--accent-wash); color: var(--accent); white-space: nowrap; }
.badge.warning { background: var(--warning-wash); color: var(--warning); }
.dot { width: 7px; height: 7px; border-radius: 50%; background: currentColor; }

.top { border-bottom: 1px solid var(--line); background: var(--surface); }
.top > div, .wide { width: 100%; max-width: 880px; margin: 0 auto; padding: var(--space-2) var(--space-5); }
.top > div { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: var(--space-2) var(--space-4); }
.who { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-4); min-width: 0; }
.wide { flex: 1; padding-top: var(--space-6); padding-bottom: var(--space-6); }
.wide > * + * { margin-top: var(--space-6); }
.wide > footer { padding-top: var(--space-4); }
.narrow { max-width: 560px; }
.wide .back { display: inline-flex; align-items: center; min-height: 44px; margin-bottom: var(--space-2); }
section > header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: end; margin-bottom: var(--space-3); gap: var(--space-3) var(--space-4); }
.pad { padding: var(--space-5); }
.item { display: grid; grid-template-columns: 40px minmax(0, 1fr) auto; gap: var(--space-4); align-items: center; padding: var(--space-4) var(--space-5); }
.item + .item { border-top: 1px solid var(--line); }
.item.two { grid-template-columns: 40px minmax(0, 1fr) auto auto; }
.item > details[open] { grid-column: 1 / -1; }
.icon { width: 40px; height: 40px; border-radius: var(--radius-small); background: var(--ground); display: grid; place-items: center; color: var(--ink-soft); }
.icon svg { width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.title { font-weight: 560; display: flex; gap: var(--space-1) var(--space-2); align-items: center; flex-wrap: wrap; }
.title > span { min-width: 0; overflow-wrap: anywhere; }
details > summary { list-style: none; }
details > summary::-webkit-details-marker { display: none; }
details[open] { flex-basis: 100%; }
details .effect { margin-top: var(--space-3); padding: var(--space-4); border: 1px solid var(--danger); border-radius: var(--radius-small); background: var(--surface); }
.qr { display: block; width: 208px; max-width: 100%; padding: 4px; background: #fff; border: 1px solid var(--line); border-radius: var(--radius-small); }
.qr svg { display: block; width: 100%; height: auto; }
.key { display: inline-block; padding: var(--space-2) var(--space-3); background: var(--ground); border-radius: var(--radius-small); letter-spacing: 0.06em; overflow-wrap: anywhere; }
.codes { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 270px), 1fr)); gap: var(--space-2); }
.codes li { padding: var(--space-2) var(--space-3); background: var(--ground); border-radius: var(--radius-small); }
.whole { user-select: all; }
.whom { overflow-wrap: anywhere; }
.effects { display: grid; gap: var(--space-2); }
.effects li { padding-left: var(--space-4); position: relative; }
.effects li::before { content: ""; position: absolute; left: 0; top: 0.65em; width: 6px; height: 6px; border-radius: 50%; background: currentColor; }
.languages { display: flex; flex-wrap: wrap; justify-content: center; gap: 0 var(--space-4); }
.languages > * { display: inline-flex; align-items: center; min-height: 44px; }

@media (max-width: 560px) {
  .item, .item.two { grid-template-columns: 40px minmax(0, 1fr); align-items: start; padding: var(--space-4); }
  .item > form, .item > .button, .item > .badge, .item > .buttons, .item > details { grid-column: 2; justify-self: start; }
  .top > div, .wide { padding-left: var(--space-4); padding-right: var(--space-4); }
  .panel > .card, .pad { padding: var(--space-5) var(--space-4); }
}
@media (prefers-reduced-motion: no-preference) { .button, input { transition: background-color 120ms, border-color 120ms, filter 120ms; } }
@media (forced-colors: active) { .check input { appearance: auto; } .check input::before { content: none; } .dot, .effects li::before { background: CanvasText; } .notice { border: 1px solid; } }
@media print { .top, .languages, .button { display: none; } body { background: #fff; color: #000; } }
`
