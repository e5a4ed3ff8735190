/** The interface for reading: one page, made from the OpenAPI document, that loads nothing. */
import { problemStatus, problemTitles } from "../problem.ts";
import { documentSchema, type Document, type Operation } from "./document.ts";
import { join, markup, Markup } from "./markup.ts";
import { docsStyle } from "./style.ts";
import { typeText } from "./type-text.ts";

interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** A whole HTML page. @param openapi an OpenAPI document as `createOpenApi` makes it */
export function renderDocs(openapi: object): string {
  const document = documentSchema.parse(openapi);
  const { info, tags } = document;
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${info.title}: the interface</title>
        <style>${new Markup(docsStyle)}</style>
      </head>
      <body>
        <nav>
          <h1>${info.title}</h1>
          ${tags.map((tag) => navSection(tag.name, entriesOf(document, tag.name)))}
          <h2>more</h2>
          <a href="#types">types</a>
          <a href="#problems">problems</a>
          <a href="/openapi.json">openapi.json</a>
        </nav>
        <main>
          <p class="lead">${withCode(info.description)}</p>
          ${tags.map((tag) => section(tag, entriesOf(document, tag.name)))} ${schemas(document)} ${problems()}
        </main>
      </body>
    </html> `;
  return page.text;
}

function entriesOf({ paths }: Document, tag: string): Entry[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation.tags.includes(tag) ? [{ method, path, operation }] : [],
    ),
  );
}

function navSection(tag: string, entries: readonly Entry[]): Markup {
  const links = entries.map(
    ({ method, path, operation }) =>
      markup`<a href="#${operation.operationId}"><b class="${method}">${method}</b> ${path}</a> `,
  );
  return markup`<h2>${tag}</h2>
    ${links}`;
}

function section(tag: Document["tags"][number], entries: readonly Entry[]): Markup {
  return markup`<section>
    <h2 id="tag-${tag.name}">${tag.name} <small>${tag.description}</small></h2>
    ${entries.map(article)}
  </section> `;
}

function article({ method, path, operation }: Entry): Markup {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  return markup`<article id="${operationId}">
    <h3><b class="${method}">${method}</b> <code>${path}</code> <span>${summary}</span></h3>
    ${description === undefined ? undefined : markup`<p>${withCode(description)}</p>`}
    ${operation["x-codeSamples"]?.map(({ source }) => markup`<pre class="example">${source}</pre>`)}
    ${parameters && markup`<h4>takes</h4><table>${parameters.map(parameter)}</table>`}
    ${requestBody && markup`<h4>body: ${requestBody.description}</h4>${bodies(requestBody.content)}`}
    <h4>gives</h4>
    <table>
      ${Object.entries(responses).map(response)}
    </table>
  </article> `;
}

function parameter({
  name,
  in: place,
  required,
  description,
  schema,
}: NonNullable<Operation["parameters"]>[number]): Markup {
  return markup`<tr>
    <td><code>${name}</code> <small>${place}${required ? "" : ", optional"}</small></td>
    <td><code>${typeText(schema)}</code> ${withCode(description ?? "")}</td>
  </tr> `;
}

function response([status, { description, headers, content }]: [string, Operation["responses"][string]]): Markup {
  const named = Object.entries(headers ?? {}).map(
    ([name, header]) => markup`<div><small>${name}: ${header.description ?? ""}</small></div>`,
  );
  const texts = join(
    description.split("\n\n").map((text) => markup`<div>${withCode(text)}</div>`),
    "",
  );
  // A problem looks the same everywhere: its type is told once.
  const shown = content && !("application/problem+json" in content) ? bodies(content) : undefined;
  return markup`<tr>
    <td><code class="s${status.charAt(0)}">${status}</code></td>
    <td>${texts}${named}${shown}</td>
  </tr> `;
}

function bodies(content: NonNullable<Operation["requestBody"]>["content"]): Markup {
  return markup`${Object.entries(content).map(
    ([type, { schema }]) =>
      markup`<div class="body">
        <small>${type}</small>
        <pre>${typeText(schema)}</pre>
      </div>`,
  )}`;
}

function schemas({ components }: Document): Markup {
  const entries = Object.entries(components.schemas).toSorted(([a], [b]) => a.localeCompare(b));
  return markup`<section>
    <h2 id="types">types</h2>
    ${entries.map(
      ([name, schema]) =>
        markup`<article id="schema-${name}">
          <h3><code>${name}</code> <span>${withCode(schema.description ?? "")}</span></h3>
          <pre>${typeText(schema)}</pre>
        </article> `,
    )}
  </section> `;
}

function problems(): Markup {
  const rows = Object.entries(problemTitles).map(([code, title]) => {
    const status = Object.entries(problemStatus).find(([name]) => name === code)?.[1];
    return markup`<tr id="problem-${code}">
      <td><code>${code}</code></td>
      <td><code class="s${String(status).charAt(0)}">${status}</code></td>
      <td>${title}</td>
    </tr> `;
  });
  return markup`<section>
    <h2 id="problems">problems <small>the codes of problem+json</small></h2>
    <table>
      ${rows}
    </table>
  </section> `;
}

/** Backticks mark code. */
function withCode(text: string): Markup {
  return markup`${text.split("`").map((piece, index) => (index % 2 === 0 ? piece : markup`<code>${piece}</code>`))}`;
}
