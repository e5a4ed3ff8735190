/** Are events of a stream read whole, wherever the network cuts it? */
import { expect, it } from "vitest";
import { readEvents } from "../../../tools/vlm/openai/read-events.ts";

it("events are read however they are cut, with whatever ends of lines", async () => {
  const text = 'data: {"a":1}\n\n: comment\nevent: x\ndata: one\ndata: two\n\ndata:[DONE]';
  const read = async (given: string, size: number) => {
    const bytes = Buffer.from(given);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, at * size + size),
    );
    const events: string[] = [];
    for await (const event of readEvents(ReadableStream.from(chunks))) events.push(event);
    return events;
  };
  const wanted = ['{"a":1}', "one\ntwo", "[DONE]"];
  for (const size of [1, 2, 3, 5, 1000]) {
    expect(await read(text, size)).toEqual(wanted);
    expect(await read(text.replaceAll("\n", "\r\n"), size)).toEqual(wanted);
    expect(await read(text.replaceAll("\n", "\r"), size)).toEqual(wanted);
  }
});

it("ends with a line that has no end, rather than with the memory", async () => {
  const chunks = Array.from({ length: 5 }, () => Buffer.alloc(1_000_000, "x"));
  const read = async () => {
    for await (const event of readEvents(ReadableStream.from(chunks))) throw new Error(event);
  };
  await expect(read()).rejects.toThrow(RangeError);
});
