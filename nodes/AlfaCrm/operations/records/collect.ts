import type { IDataObject } from 'n8n-workflow';

import type { List } from '../../api/pages';
import { limit, returnAll } from '../../properties/shared';
import type { Item } from '../context';

/** What a list asks for; `passes` are bodies to ask with one after the other. */
export type Listing = Omit<List, 'itemIndex'> & {
	/** What is listed, in small letters, for the hints. */
	plural: string;
	passes?: readonly IDataObject[];
	/** Rows that the server should have left out are dropped. */
	keep?: (row: IDataObject) => boolean;
};

/** How many rows 'Return All' and 'Limit' ask for. Read before anything is sent. */
export function limitOf(item: Item): number {
	return item.flag(returnAll) ? Infinity : item.integer(limit);
}

/** Reads pages until so many rows are there, or the whole list; each record comes once. */
export async function collect(item: Item, listing: Listing, most: number): Promise<IDataObject[]> {
	const { passes = [{}], keep = () => true, plural, ...list } = listing;
	const ids = new Set<unknown>();
	const found: IDataObject[] = [];
	const take = (row: IDataObject): void => {
		if (!keep(row) || (row.id !== undefined && ids.has(row.id))) return;
		ids.add(row.id);
		found.push(row);
	};
	for (const pass of passes) {
		const call = { ...list, body: { ...list.body, ...pass } };
		if (most === Infinity) {
			const { rows, whole, total } = await item.allRows(call);
			rows.forEach(take);
			if (!whole) warnOfMissing(item, plural, rows.length, total);
		} else {
			for await (const { rows } of item.pages(call)) {
				rows.forEach(take);
				if (found.length >= most) return found.slice(0, most);
			}
		}
	}
	return found;
}

export function warnOfMissing(item: Item, plural: string, found: number, total = 0): void {
	item.run.hints.add(
		'A list did not come whole, though it was read again. Run it once more to be sure to have all rows',
		`AlfaCRM spoke of ${total} ${plural}, ${found} came`,
	);
}
