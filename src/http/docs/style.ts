/** How the documentation page looks, by day and by night. */
export const docsStyle = `
:root { --ink: #1c2024; --soft: #60646c; --line: #e4e6ea; --paper: #fff; --card: #f7f8fa; --link: #0b68cb;
  --get: #0b68cb; --post: #18794e; --bad: #b4232c; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #9aa0a8; --line: #2c3138; --paper: #14171a;
  --card: #1c2024; --link: #70b8ff; --get: #70b8ff; --post: #4cc38a; --bad: #ff8b8b; --warn: #f1c34f; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body { margin: 0; display: grid; grid-template-columns: 17rem minmax(0, 1fr); color: var(--ink);
  background: var(--paper); font: 16px/1.55 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line);
  background: var(--card); font-size: .85rem; }
nav h1 { margin: 0 0 1rem; font-size: 1.3rem; letter-spacing: -.01em; }
nav h2 { margin: 1.2rem 0 .3rem; font-size: .75rem; color: var(--soft); text-transform: uppercase; letter-spacing: .08em; }
nav a { display: block; padding: .15rem 0; color: var(--ink); text-decoration: none; overflow-wrap: anywhere; }
nav a:hover { color: var(--link); }
main { padding: 2rem 2.5rem 6rem; max-width: 60rem; }
a { color: var(--link); }
.lead { font-size: 1.1rem; margin: 0 0 2rem; color: var(--soft); }
h2 { margin: 3rem 0 1rem; font-size: 1.4rem; }
h2 small { font-weight: 400; font-size: 1rem; color: var(--soft); margin-left: .5rem; }
h3 { margin: 0; font-size: 1rem; font-weight: 600; display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap; }
h3 span { font-weight: 400; color: var(--soft); }
h4 { margin: 1.2rem 0 .3rem; font-size: .75rem; color: var(--soft); text-transform: uppercase; letter-spacing: .08em; }
article { border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.2rem; margin: 0 0 1.2rem; }
article:target { border-color: var(--link); }
b.get, b.post { font: 700 .7rem ui-monospace, monospace; text-transform: uppercase; }
b.get { color: var(--get); }
b.post { color: var(--post); }
code, pre { font: .85em/1.55 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre { margin: .4rem 0 0; padding: .8rem 1rem; border-radius: 8px; background: var(--card); overflow-x: auto; font-size: .8rem; }
pre i { color: var(--soft); }
pre.example { border-left: 3px solid var(--post); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
td { border-top: 1px solid var(--line); padding: .4rem .8rem .4rem 0; vertical-align: top; }
td:first-child { white-space: nowrap; }
tr:target { background: var(--card); outline: 2px solid var(--link); }
small { color: var(--soft); }
.s2 { color: var(--post); } .s3 { color: var(--get); } .s4 { color: var(--warn); } .s5 { color: var(--bad); }
@media (max-width: 50rem) { body { display: block; } main { padding: 1rem; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); } }
`;
