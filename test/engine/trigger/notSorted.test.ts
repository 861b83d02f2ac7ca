import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../sandbox';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });

const started = async (event: string, parameters: INodeParameters = {}) => {
	const poller = new Poller(school.engine, { event, fetchRecord: false, ...parameters });
	expect(await poller.tick()).toEqual([]);
	return poller;
};
const add = (values: JsonObject) =>
	school.sandbox.store.insert('customer', { name: 'Новая Анна', is_study: 0, branch_ids: [1], ...values }).id;
const log = (fields_old: JsonObject, fields_new: JsonObject, event = 2) => {
	const entry = { entity: 'Customer', entity_id: 5, event, fields_old, fields_new, branch_ids: [1] };
	school.sandbox.store.insert('log', { ...entry, date_time: school.sandbox.store.now() });
};
const idsOf = async (poller: Poller) => (await poller.tick()).map(({ id }) => id);
const moves = async (poller: Poller) =>
	(await poller.tick()).map(({ fields_old, fields_new }) =>
		[fields_old, fields_new].map((fields) => (fields as IDataObject).lead_status_id),
	);

describe('Lead Moved', () => {
	it.each<[string, INodeParameters['stages'], unknown[]]>([
		[
			'all moves',
			[],
			[
				[null, 2],
				[2, null],
				[4, null],
				[3, ''],
			],
		],
		[
			'moves out of the stages',
			['none'],
			[
				[2, null],
				[4, null],
				[3, ''],
			],
		],
		[
			'those to a stage as well',
			['none', 2],
			[
				[null, 2],
				[2, null],
				[4, null],
				[3, ''],
			],
		],
		[
			'the same by an expression',
			'={{ "Not Sorted, 2" }}',
			[
				[null, 2],
				[2, null],
				[4, null],
				[3, ''],
			],
		],
		['moves to a stage alone', [2], [[null, 2]]],
	])('tells %s', async (_what, stages, told) => {
		const poller = await started('leadMoved', { stages });
		const id = add({ lead_status_id: null, pipeline_id: 1 });
		add({ lead_status_id: 4 });
		const { store } = school.sandbox;
		for (const lead_status_id of [2, null]) store.patch('customer', id, { lead_status_id });
		log({ lead_status_id: 4 }, {});
		log({ lead_status_id: 3 }, { lead_status_id: '' });
		// Nothing has moved, or it is new.
		log({ lead_status_id: null }, { lead_status_id: '' });
		log({}, { lead_status_id: null }, 1);
		const gone = (value: unknown) => (value === undefined ? null : value);
		expect((await moves(poller)).map((move) => move.map(gone))).toEqual(told);
	});
});

describe('Customer Created', () => {
	it.each<[string, INodeParameters, string[]]>([
		['leads without a stage alone', { lead_status_id: ['none'] }, ['lead']],
		['those of a stage as well', { lead_status_id: ['none', 2] }, ['lead', 'lead at 2', 'client at 2']],
		['those of a stage alone', { lead_status_id: [2] }, ['lead at 2', 'client at 2']],
	])('reports %s', async (_what, filters, names) => {
		const poller = await started('customerCreated', { filters });
		const made: Record<string, number> = {
			lead: add({ lead_status_id: null }),
			'lead at 2': add({ lead_status_id: 2 }),
			'lead at 3': add({ lead_status_id: 3 }),
			client: add({ is_study: 1, lead_status_id: null }),
			'client at 2': add({ is_study: 1, lead_status_id: 2 }),
		};
		expect(await idsOf(poller)).toEqual(names.map((name) => made[name]));
	});
});
