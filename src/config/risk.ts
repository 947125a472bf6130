/** Something allowed that has hurt people: named by `check`, never refused. */
export interface Risk {
  /** Setting or site it is about. */
  readonly about: string
  readonly message: string
}
