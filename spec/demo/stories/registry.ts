import type { Story } from '../story.ts';
import { evpnLinux } from './evpn-linux.ts';
import { ipvpnOvs } from './ipvpn-ovs.ts';

/** All that the demo can tell: another one is a file beside this one and a word here. The first is told unless asked. */
export const STORIES: readonly [Story, ...Story[]] = [evpnLinux, ipvpnOvs];
