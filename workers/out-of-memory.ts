/**
 * How CUDA, ONNX Runtime, V8, WebAssembly and C++ say that memory ran out. None has an error class or a code for it that
 * reaches JavaScript.
 */
const SAYINGS =
  /out[ _-]of[ _-]memory|failed to allocate memory|array buffer allocation failed|bad_alloc|maximum memory size exceeded/i;

export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && SAYINGS.test(error.message);
}
