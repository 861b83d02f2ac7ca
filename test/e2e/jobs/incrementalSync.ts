import type { IDataObject } from 'n8n-workflow';

import type { RealN8n } from '../support/realN8n';
import { linkTo, makeNode } from '../support/realN8n';
import type { Example } from '../support/example';
import type { Job, ImportExample } from './types';

const TABLE = 'alfacrm_sync';

export const incrementalSync: Job = {
	name: 'incremental-sync',
	play: async (start, side, { sandbox }) => {
		const example = await start(side);
		await example.tables.dropTable(TABLE);
		const expected = () => expectedOf(sandbox);
		const written = (execution: Awaited<ReturnType<typeof example.runManually>>) =>
			(execution.outputs('Oldest First') as IDataObject[]).map(({ id }) => id);

		expect(written(await example.runManually())).toHaveLength(expected().length);
		await expectAllIn(example, sandbox);

		expect(written(await example.runManually())).toEqual([]);

		sandbox.store.patch('customer', 20, {
			name: 'В Третьем Филиале',
			updated_at: `${example.today} 09:00:02`,
		});
		sandbox.store.patch('customer', 3, { name: 'Раньше Него', updated_at: `${example.today} 09:00:01` });
		sandbox.store.insert('customer', {
			name: 'Новый Лид',
			is_study: 0,
			branch_ids: [1, 2],
			updated_at: `${example.today} 09:00:03`,
		});
		sandbox.clearJournal();
		const execution = await example.runManually();
		expect(written(execution)).toEqual([3, 20, expected().at(-1)?.customer_id]);
		await expectAllIn(example, sandbox);
		// It asked for one day more than the mark, by days, and not for everything.
		const lists = sandbox.journal.filter(
			({ entity, body }) => entity === 'customer' && (body as IDataObject).removed === 1,
		);
		expect(lists.length).toBeGreaterThan(0);
		for (const { body } of lists)
			expect((body as IDataObject).updated_at_from).toMatch(/^\d\d\.\d\d\.\d{4}$/);

		expect(written(await example.runManually())).toEqual([]);
	},
	otherPromises: {
		'goes on where a run broke off': async (start, { sandbox }) => {
			const example = await start('package');
			await example.tables.dropTable(TABLE);
			const [, , third] = [...sandbox.store.rows('customer')].sort((a, b) =>
				String(a.updated_at).localeCompare(String(b.updated_at)),
			);
			const { id, name, updated_at } = third;
			// A table takes no lists.
			sandbox.store.patch('customer', id, { name: ['No', 'Name'], updated_at });
			await expect(example.runManually()).rejects.toThrow(/in "Upsert Row"/);
			expect(await example.tables.readRows(TABLE)).toHaveLength(2);

			sandbox.store.patch('customer', id, { name, updated_at });
			await example.runManually();
			await expectAllIn(example, sandbox);
		},
		"steps of one's own see each change once, whatever they put out": async (start, { sandbox }) => {
			const example = await start('package', withOwnStep);
			await example.tables.dropTable(TABLE);
			const seen = async () => (await example.runManually()).outputs('Own Step').length;

			expect(await seen()).toBe(expectedOf(sandbox).length);
			await expectAllIn(example, sandbox);
			expect(await seen()).toBe(0);
		},
	},
};

/** Where the note says that own steps belong: a node that puts out what another service answered, say of an email. */
const withOwnStep: Parameters<ImportExample>[1] = ({ nodes, connections, ...workflow }) => ({
	...workflow,
	nodes: [
		...nodes,
		makeNode('Own Step', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: '{ "sent": true }' }),
	],
	connections: {
		...(connections as object),
		'Oldest First': linkTo('Own Step'),
		'Own Step': linkTo('Upsert Row'),
	},
});

const expectedOf = (sandbox: RealN8n['sandbox']) =>
	sandbox.store.rows('customer').map(({ id, name, is_study, updated_at }) => ({
		customer_id: id,
		name,
		is_client: is_study === 1,
		updated_at,
	}));

async function expectAllIn({ tables }: Example, sandbox: RealN8n['sandbox']) {
	const rows = (await tables.readRows(TABLE)) ?? [];
	rows.sort((a, b) => Number(a.customer_id) - Number(b.customer_id));
	expect(rows).toMatchObject(expectedOf(sandbox));
}
