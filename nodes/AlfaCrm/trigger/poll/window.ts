import type { IDataObject } from 'n8n-workflow';

import type { Poll } from './list';
import { countOf, freshOf, onePage, pagesSince } from './list';
import { dayOf, hoursBefore, stampOf } from './stamps';
import type { ListState } from './state';
import type { Watch } from './types';

/** A list of more pages is not read to its end just to ask for fewer days. */
const MOST_PAGES = 500;

/** What a walk sees of the days that the list will be asked for once it has come to its end. */
export class Window {
	/** `yyyy-mm-dd`; '' when it is not known. */
	readonly day: string;
	/** How many rows the list has from then on. */
	rows = 0;

	constructor(
		private readonly watch: Watch,
		private readonly list: ListState,
	) {
		const { horizon, roundFrom } = list;
		const reached = roundFrom === '' ? '' : hoursBefore(roundFrom, watch.lateHours);
		this.day = dayOf(reached > horizon ? reached : horizon);
	}

	see(rows: readonly IDataObject[]): void {
		const { since } = this.list;
		for (const row of rows) {
			const stamp = stampOf(row, this.watch.stampField);
			if (stamp === '' || stamp >= this.day) this.rows += 1;
			if (since !== null && stamp !== '' && stamp < since) this.list.isUnfiltered = true;
		}
	}

	/** Whether it is worth while to read all of a list with so many rows, for later looks to be asked for fewer. */
	isDue(total = 0): boolean {
		const { since, pageSize = 0, isUnfiltered } = this.list;
		const isLater = this.day !== '' && (since === null || this.day > since);
		return isLater && !isUnfiltered && total > pageSize && total <= MOST_PAGES * pageSize;
	}
}

/** After a walk through all rows: asks for those of a later day on from now on, and knows how many those are. */
export async function moveSince(poll: Poll, branch: number, window: Window): Promise<void> {
	const list = poll.state.lists[branch];
	if (!window.isDue(list.total)) return;
	const total = list.total === undefined ? undefined : window.rows;
	if (list.since === null) {
		// A filter that was never seen to work must show that it does not just hide everything.
		const page = await onePage(pagesSince(poll, branch, window.day));
		if (countOf(poll, page) !== total || freshOf(poll, list, branch, page).length > 0) return;
	}
	Object.assign(list, { since: window.day, total });
}
