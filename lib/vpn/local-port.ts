/** A port as the API describes it (`local_port`), checked. */
export interface LocalPort {
  /** Name of the Linux interface (`linuxif`); the port is known by it. */
  readonly interface: string;
  /** The whole object of the request: a MAC may be plugged again only with the same one. */
  readonly description: Readonly<Record<string, unknown>>;
}
