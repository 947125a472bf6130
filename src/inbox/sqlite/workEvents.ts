/** After a commit that brought a lane something to do: the lane's site. */
export interface WorkEvents {
  readonly work: string
}
