import type { Result } from '../../result.ts';
import type { SwitchView } from '../ovs/program.ts';
import { IPVPN_OWNER } from '../ovs/owner.ts';
import { flowRow, type Row } from '../ovs/row.ts';
import type { Tables } from './pipeline.ts';
import type { OvsIpvpnSettings } from './settings.ts';
import type { Vrf } from './vrf.ts';

/** What the rows of a unit are made from. */
export interface Workshop {
  readonly settings: OvsIpvpnSettings;
  readonly tables: Tables;
  readonly view: SwitchView;
}

/** A failure says, as words for people, what the node lacks. */
export type Rows = Result<readonly Row[], string>;

export interface FlowParts {
  readonly table: number;
  readonly priority: number;
  /** Conditions; those that are empty do not count. */
  readonly match: readonly string[];
  /** None: the packet is dropped. */
  readonly actions: readonly string[];
}

/** A flow of a VRF; of all VRFs, if it is undefined. */
export function flow(vrf: Vrf | undefined, { table, priority, match, actions }: FlowParts): Row {
  return flowRow({
    owner: IPVPN_OWNER,
    instance: vrf?.instance ?? 0,
    table,
    priority,
    match: match.filter((condition) => condition !== '').join(','),
    actions: actions.length === 0 ? 'drop' : actions.join(','),
  });
}
