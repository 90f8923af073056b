import {
  asyncScheduler,
  BehaviorSubject,
  distinctUntilChanged,
  exhaustMap,
  firstValueFrom,
  ignoreElements,
  merge,
  NEVER,
  type Observable,
  repeat,
  type SchedulerLike,
  share,
  Subject,
  switchMap,
  tap,
  timer,
} from 'rxjs';
import type { DataplaneFault } from '../../lib/dataplane/intent.ts';
import {
  type Neighbour,
  parseAddressHolders,
  parseNeighbourEvent,
  parseNeighbourTable,
  parseUnderlayInterface,
  type UnderlayInterface,
} from '../../lib/dataplane/ovs/neighbour-table.ts';
import { parseIpAddress } from '../../lib/net/ip-address.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { Log } from '../log.ts';
import { processLines } from './process-lines.ts';
import { type Run, runBatch } from './run-batch.ts';

/** What may fail. */
type Concern = 'interface' | 'table' | 'question' | 'monitor';

export interface NeighboursOptions {
  readonly run: Run;
  readonly rootHelper: readonly string[];
  /** Of the interface behind which the neighbours are. */
  readonly localAddress: string;
  readonly log: Log;
  readonly scheduler?: SchedulerLike | undefined;
  /** Milliseconds until neighbours are asked again who are silent, or have been for long; 5000 if absent. */
  readonly askAgain?: number | undefined;
}

/** Milliseconds that neighbours have to answer before those who need them are told that they do not. */
const PATIENCE = 300;

/** Milliseconds until the table of the kernel is looked at after it was made to ask, and then again. */
const LOOKS = [10, 20, 40, 80, 160];

const ASK_AGAIN = 5000;

/** Milliseconds until a monitor that has ended is started again. */
const PAUSE = 1000;

/**
 * The MAC addresses of neighbours of the node, of which the kernel keeps a table: it is made to ask them, and followed.
 * Nothing else needs to talk to them for it: what Open vSwitch sends, the kernel does not see.
 *
 * A MAC address holds until the neighbour has another one: whether it is still there is the business of BGP.
 */
export class Neighbours {
  /**
   * Those of the neighbours asked for whose MAC addresses have changed, or have come to be known after `resolve` had ended;
   * all of them, even if there are none, if the interface has become another one. The table is followed while somebody
   * listens. Never completes.
   */
  readonly changes$: Observable<readonly string[]>;

  readonly #run: Run;
  readonly #rootHelper: readonly string[];
  readonly #localAddress: string;
  readonly #log: Log;
  readonly #scheduler: SchedulerLike;
  readonly #interface = new BehaviorSubject<UnderlayInterface | undefined>(undefined);
  /** MAC addresses of those that are asked for, as far as they have answered. */
  readonly #known = new Map<string, string | undefined>();
  /** Those for whose first answer somebody waits. */
  readonly #awaited = new Set<string>();
  readonly #changes = new Subject<readonly string[]>();
  /** What does not work, by what it is for. */
  readonly #faults = new Map<Concern, DataplaneFault>();

  constructor({
    run,
    rootHelper,
    localAddress,
    log,
    scheduler = asyncScheduler,
    askAgain = ASK_AGAIN,
  }: NeighboursOptions) {
    this.#run = run;
    this.#rootHelper = rootHelper;
    this.#localAddress = localAddress;
    this.#log = log;
    this.#scheduler = scheduler;
    this.changes$ = merge(this.#changes, this.#follow(), this.#attend(askAgain)).pipe(share());
  }

  /** Finds out which interface has the local address. */
  async start(): Promise<Result<UnderlayInterface, DataplaneFault>> {
    const found = await this.#findInterface();
    if (found.ok) this.#use(found.value);
    return found;
  }

  /** The MAC address of the interface that has the local address. */
  readonly localMac = (): Result<string, string> => {
    const mac = this.#interface.value?.mac;
    return mac === undefined ? failure(`no interface with ${this.#localAddress} is known`) : success(mac);
  };

  /** The failure says who does not answer, and where. */
  readonly neighbourMac = (address: string): Result<string, string> => {
    const mac = this.#known.get(address);
    if (mac !== undefined) return success(mac);
    const device = this.#interface.value?.device;
    if (device === undefined) return this.localMac();
    if (!this.#known.has(address)) return failure(`nobody has asked for the MAC address of ${address}`);
    if (parseIpAddress(address) === undefined)
      return failure(`not an IP address: ${JSON.stringify(address)}`);
    const fault = this.#faults.get('table') ?? this.#faults.get('question');
    return failure(fault?.reason ?? `${address} does not answer on ${device}`);
  };

  /**
   * From now on these neighbours are asked for, and no others. Returns when those that are new have answered, or should
   * have: after some 0.3 s at the most.
   */
  readonly resolve = async (addresses: ReadonlySet<string>): Promise<void> => {
    for (const address of this.#known.keys()) if (!addresses.has(address)) this.#known.delete(address);
    const fresh = [...addresses].filter((address) => !this.#known.has(address));
    if (fresh.length === 0) return;
    for (const address of fresh) {
      this.#known.set(address, undefined);
      this.#awaited.add(address);
    }
    await this.#await(fresh);
    for (const address of fresh) this.#awaited.delete(address);
  };

  async #await(addresses: readonly string[]): Promise<void> {
    const end = this.#scheduler.now() + PATIENCE;
    if (!(await this.#ask(addresses))) return;
    for (const delay of LOOKS) {
      const left = end - this.#scheduler.now();
      if (left <= 0 || addresses.every((address) => this.#known.get(address) !== undefined)) return;
      await firstValueFrom(timer(Math.min(delay, left), this.#scheduler));
      if ((await this.#look()) === undefined) return;
    }
  }

  /** Makes the kernel ask those of whom it has not heard lately. Returns whether it can be asked itself. */
  async #ask(addresses: readonly string[]): Promise<boolean> {
    const device = this.#interface.value?.device;
    const table = await this.#look();
    if (device === undefined || table === undefined) return false;
    const current = new Set(table.filter(({ isFresh }) => isFresh).map(({ address }) => address));
    const lines = addresses
      .filter((address) => !current.has(address) && parseIpAddress(address) !== undefined)
      // As if a packet had to be sent there, and with no claim to know the answer.
      .map((address) => `neigh replace ${address} dev ${device} nud none use`);
    const failures = await runBatch(this.#run, this.#rootHelper, 'ip', lines);
    const [first] = failures;
    const command = [...this.#rootHelper, 'ip', lines[first?.[0] ?? 0] ?? ''].join(' ');
    this.#note('question', first && { command, reason: first[1] });
    return failures.size < lines.length || lines.length === 0;
  }

  /** Reads the table of the kernel. */
  async #look(): Promise<readonly Neighbour[] | undefined> {
    const device = this.#interface.value?.device;
    if (device === undefined) return undefined;
    const table = await this.#read(['neigh', 'show', 'dev', device], parseNeighbourTable);
    this.#note('table', table.ok ? undefined : table.fault);
    if (!table.ok) return undefined;
    this.#learn(table.value);
    return table.value;
  }

  #learn(neighbours: readonly Neighbour[]): void {
    const changed: string[] = [];
    for (const { address, mac } of neighbours) {
      if (mac === undefined || !this.#known.has(address) || this.#known.get(address) === mac) continue;
      this.#known.set(address, mac);
      if (!this.#awaited.has(address)) changed.push(address);
    }
    if (changed.length > 0) this.#changes.next(changed);
  }

  #use(underlay: UnderlayInterface): void {
    const before = this.#interface.value;
    if (before?.index === underlay.index && before.mac === underlay.mac && before.device === underlay.device)
      return;
    this.#interface.next(underlay);
    this.#changes.next([...this.#known.keys()]);
  }

  /** What the kernel says of the neighbours as it happens. */
  #follow(): Observable<never> {
    return this.#interface.pipe(
      distinctUntilChanged((a, b) => a?.index === b?.index && a?.device === b?.device),
      switchMap((underlay) => {
        if (underlay === undefined) return NEVER;
        const command = [...this.#rootHelper, 'ip', '-oneline', 'monitor', 'neigh', 'dev', underlay.device];
        return processLines(command).pipe(
          tap((event) => {
            if ('ended' in event) {
              this.#note('monitor', { command: command.join(' '), reason: event.ended });
              return;
            }
            const neighbour = parseNeighbourEvent(event.line);
            if (neighbour === undefined) return;
            this.#note('monitor', undefined);
            this.#learn([neighbour]);
          }),
          repeat({ delay: () => timer(PAUSE, this.#scheduler) }),
        );
      }),
      ignoreElements(),
    );
  }

  /** What the kernel does not say: it asks nobody whom it does not send to itself. */
  #attend(askAgain: number): Observable<never> {
    return timer(askAgain, askAgain, this.#scheduler).pipe(
      exhaustMap(async () => {
        const found = await this.#findInterface();
        this.#note('interface', found.ok ? undefined : found.fault);
        if (found.ok) this.#use(found.value);
        if (this.#known.size > 0) await this.#ask([...this.#known.keys()]);
      }),
      ignoreElements(),
    );
  }

  async #findInterface(): Promise<Result<UnderlayInterface, DataplaneFault>> {
    const wanted = this.#localAddress;
    const address = parseIpAddress(wanted);
    const wrong = (what: string): Result<never, DataplaneFault> =>
      failure({ command: undefined, reason: `local address ${what}` });
    if (address === undefined) return wrong(`${JSON.stringify(wanted)}: not an IP address`);
    const holders = await this.#read(['address', 'show', 'to', address], (text) =>
      parseAddressHolders(text, address),
    );
    if (!holders.ok) return holders;
    for (const holder of holders.value) {
      const found = await this.#read(['link', 'show', 'dev', holder], parseUnderlayInterface);
      if (!found.ok) return found;
      if (found.value !== undefined) return success(found.value);
    }
    if (holders.value.length === 0) return wrong(`${address}: no interface has it`);
    return wrong(
      `${address}: bare MPLS needs it on an Ethernet interface, not on ${holders.value.join(', ')}`,
    );
  }

  async #read<T>(
    words: readonly string[],
    parse: (text: string) => Result<T, string>,
  ): Promise<Result<T, DataplaneFault>> {
    const command = [...this.#rootHelper, 'ip', '-json', ...words];
    const { exitCode, stdout, stderr } = await this.#run(command, '');
    const parsed = exitCode === 0 ? parse(stdout) : failure(stderr.trim() || 'failed');
    return parsed.ok ? parsed : failure({ command: command.join(' '), reason: parsed.fault });
  }

  /** What goes on failing in the same way is logged once. */
  #note(what: Concern, fault: DataplaneFault | undefined): void {
    const before = this.#faults.get(what);
    if (fault === undefined) {
      this.#faults.delete(what);
      return;
    }
    this.#faults.set(what, fault);
    if (before?.reason === fault.reason) return;
    this.#log.warning(fault.command === undefined ? fault.reason : `${fault.command}: ${fault.reason}`);
  }
}
