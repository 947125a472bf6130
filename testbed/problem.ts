/** What stops the test bed, in words for the person at the terminal, with what to do about it. */
export class TestbedProblem extends Error {
  override readonly name = 'TestbedProblem'
  /** One or two sentences, or a command to run; empty where nothing can be advised. */
  readonly hint: string

  constructor(what: string, hint = '', options?: { readonly cause?: unknown }) {
    super(what, options)
    this.hint = hint
  }
}

/** Tells a person how the work is getting on; never part of a result. */
export type Progress = (line: string) => void

export const silent: Progress = () => {
  // Tests and JSON output want none.
}
