import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { derived } from '../../../nodes/AlfaCrm/trigger/events/derived';
import { MINUTE_MS } from '../../../nodes/AlfaCrm/values/time';
import { depth, seed } from '../../support/depth';
import { MemoryLists } from './lists';

const EVENTS = ['joinedGroup', 'leftGroup', 'sold', 'archived'] as const;
type What = (typeof EVENTS)[number];

type Step =
	| { do: What; customer: number }
	| { do: 'wait' }
	| { do: 'poll'; most: number }
	| { do: 'crash'; at: number };

const customer = fc.constantFrom(1, 2, 3);
const steps = fc.oneof<Array<fc.WeightedArbitrary<Step>>>(
	{ weight: 8, arbitrary: fc.record({ do: fc.constantFrom(...EVENTS), customer }) },
	{ weight: 2, arbitrary: fc.constant({ do: 'wait' as const }) },
	{
		weight: 2,
		arbitrary: fc.record({ do: fc.constant('poll' as const), most: fc.constantFrom(1, 2, 500) }),
	},
	{
		weight: 1,
		arbitrary: fc.record({ do: fc.constant('crash' as const), at: fc.integer({ min: 1, max: 4 }) }),
	},
);

/** What is told of customers, and what should be. */
async function played(what: What, history: Step[]) {
	let now = Date.parse('2026-02-10T09:00:00Z');
	const log: IDataObject[] = [];
	const memberships = new Map<number, number>();
	const lists = new MemoryLists((_branch, { entity_id }) =>
		log.filter((row) => entity_id === undefined || row.entity_id === entity_id),
	);
	const { source } = await derived.makeWatch(undefined as never, { derivedEvent: what } as never, []);
	const due: unknown[] = [];
	const told: unknown[] = [];
	let state: unknown;
	let ids = 0;
	const write = (event: What, whom: number) => {
		const add = (entity: string, number: number, entity_id: number, fields_new: IDataObject) => {
			const date_time = new Date(now).toISOString().slice(0, 19).replace('T', ' ');
			log.unshift({ entity, entity_id, event: number, fields_old: {}, fields_new, date_time });
		};
		const own = memberships.get(whom);
		if (event === 'archived') add('Customer', 2, whom, { removed: 1, note: String(++ids) });
		else if (event === 'sold') add('CustomerToTariff', 1, ++ids, { customer_id: whom, tariff_id: 4 });
		else if (event === 'joinedGroup') {
			memberships.set(whom, ++ids);
			add('CustomerGroupInvolve', 1, ids, { customer_id: whom, group_id: 7, e_date: null });
		} else if (own === undefined) return;
		else {
			// An update does not say whose membership it is.
			add('CustomerGroupInvolve', 2, own, { e_date: '2026-02-09' });
			memberships.delete(whom);
		}
		if (event === what) due.push(whom);
	};
	const poll = async (most: number) => {
		const request = { client: lists.client, reader: lists.reader, branches: [1], closed: [], now };
		const more = {
			deadline: Infinity,
			branchesDigest: '1',
			filtersDigest: '',
			maxRecords: most,
			firstReportCount: 0,
		};
		try {
			const { records, stateAfter } = await source.poll({ ...request, ...more }, state);
			const taken = records.slice(0, most);
			state = JSON.parse(JSON.stringify(stateAfter(taken.length)));
			told.push(...taken.map(({ row }) => row.customer_id));
		} catch (caught) {
			if (!String(caught).includes('Connection lost')) throw caught;
		}
	};
	await poll(500);
	for (const one of history) {
		if (one.do === 'wait') now += 10 * MINUTE_MS;
		else if (one.do === 'poll') await poll(one.most);
		else if (one.do === 'crash') {
			const at = lists.requests + one.at;
			lists.onRequest = (number) => {
				if (number === at) throw new Error('Connection lost');
			};
			await poll(500);
			lists.onRequest = () => {};
		} else write(one.do, one.customer);
	}
	await poll(500);
	return { told, due };
}

it.each(EVENTS)(
	`%s is told once of each customer, in order, in ${depth.derivedEvents} histories`,
	async (what) => {
		await fc.assert(
			fc.asyncProperty(fc.array(steps, { maxLength: 30 }), async (history) => {
				const { told, due } = await played(what, history);
				expect(told).toEqual(due);
			}),
			{ numRuns: depth.derivedEvents, seed },
		);
	},
);
