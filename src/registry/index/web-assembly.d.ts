/** What is used of WebAssembly: neither the ECMAScript library nor @types/node declares it. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
    /** @param pages of 64 KiB, more than before; views of the buffer are void then */
    grow(pages: number): number;
  }
  const Memory: new (size: { readonly initial: number }) => Memory;
  const Module: new (bytes: Uint8Array) => object;
  const Instance: new (
    module: object,
    imports: Record<string, object>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}
