import type { Scheduler } from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { SentRequest } from '../../../unit/apiSupport';
import type { ListHistory } from './histories';
import { answerWithPage } from './pagedList';

/**
 * A list whose records are added and removed while the node reads its pages. It knows which rows the node
 * must find.
 */
export class ChangingList {
	rows: IDataObject[];
	private callCount = 0;
	private readonly firstIds: ReadonlySet<unknown>;

	constructor(readonly history: ListHistory) {
		this.rows = makeRows(history.rowCount, { firstId: 1 });
		this.firstIds = new Set(readIds(this.rows));
	}

	/** Changes the list as its history says for the moment before the next call is answered. */
	changeBeforeNextCall(): void {
		const { removalsAt, additionsAt } = this.history;
		this.callCount += 1;
		if (removalsAt.includes(this.callCount)) {
			this.removeRow();
		} else if (additionsAt.includes(this.callCount)) {
			this.addRowsAtTop();
		}
	}

	/** Reads the IDs of the rows that were in the list from the first call to the last one. The node must find them. */
	readLastingIds(): unknown[] {
		return readIds(this.rows).filter((id) => this.firstIds.has(id));
	}

	/** Removes the row that the history chooses. The place is taken modulo the number of rows. */
	private removeRow(): void {
		const removedIndex = this.history.removedPlace % this.rows.length;
		this.rows = this.rows.filter((_row, index) => index !== removedIndex);
	}

	/** Adds rows above all others, where AlfaCRM shows the newest records. */
	private addRowsAtTop(): void {
		const { rowsPerAddition } = this.history;
		// IDs above those of all rows so far.
		const firstId = 9_000 + this.callCount * rowsPerAddition;
		this.rows = [...makeRows(rowsPerAddition, { firstId }), ...this.rows];
	}
}

/** Answers calls with pages of a list that changes. A scheduler decides in which order the answers come. */
export class ListServer {
	/** The largest number of calls that waited for their answers at the same moment. */
	mostCallsInFlight = 0;
	private callsInFlight = 0;

	constructor(
		private readonly list: ChangingList,
		private readonly arrivals: Scheduler,
	) {}

	/** Answers a call with the list as it is when the scheduler lets the call arrive. */
	async answer(request: SentRequest): Promise<IDataObject> {
		this.callsInFlight += 1;
		this.mostCallsInFlight = Math.max(this.mostCallsInFlight, this.callsInFlight);
		await this.arrivals.schedule(Promise.resolve());
		this.callsInFlight -= 1;

		this.list.changeBeforeNextCall();
		return answerWithPage(this.list.rows, request, this.list.history.habits);
	}
}

/** Reads the IDs of rows. */
export function readIds(rows: readonly IDataObject[]): unknown[] {
	return rows.map(({ id }) => id);
}

/** Makes rows with ascending IDs. */
function makeRows(count: number, { firstId }: { firstId: number }): IDataObject[] {
	return Array.from({ length: count }, (_unused, index) => ({ id: firstId + index }));
}
