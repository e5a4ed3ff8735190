/** Whom the server takes for its admin. */
export interface AdminPolicy {
  readonly adminToken?: string | undefined;
  /** Whether only programs of this machine can reach the server. */
  readonly isLocal?: boolean | undefined;
}
