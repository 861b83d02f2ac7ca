import type { IDataObject } from 'n8n-workflow';

import type { Row, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE, RECORD_STATUS } from '../../support/codes';
import type { Example } from '../support/example';
import { linkTo, makeNode } from '../support/realN8n';
import type { WorkflowEdit } from '../support/workflowEdits';
import type { Job } from './types';

const TABLE = 'alfacrm_sync';

export const incrementalSync: Job = {
	name: 'incremental-sync',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		await example.tables.dropTable(TABLE);

		// The first run writes all customers, and the second one nothing.
		expect(await syncCustomers(example)).toHaveLength(sandbox.store.rows('customer').length);
		await expectAllCustomersInTable(example);
		expect(await syncCustomers(example)).toEqual([]);

		// A later run writes what has changed, the oldest change first.
		const newLead = changeTwoCustomersAndAddLead(example);
		sandbox.clearJournal();
		expect(await syncCustomers(example)).toEqual([3, 20, newLead]);
		await expectAllCustomersInTable(example);
		expectOnlyRecentChangesRequested(sandbox);

		expect(await syncCustomers(example)).toEqual([]);
	},
	otherPromises: {
		'the next run writes the customers that a failed run did not write': async (
			importExample,
			{ sandbox },
		) => {
			const example = await importExample('package');
			await example.tables.dropTable(TABLE);
			const { id, name, updated_at } = findThirdOldestChange(sandbox);

			// A table takes no lists, so the run fails at the third customer.
			sandbox.store.patch('customer', id, { name: ['No', 'Name'], updated_at });
			await expect(example.runManually()).rejects.toThrow(/in "Upsert Row"/);
			expect(await example.tables.readRows(TABLE)).toHaveLength(2);

			sandbox.store.patch('customer', id, { name, updated_at });
			await example.runManually();
			await expectAllCustomersInTable(example);
		},
		"a user's own node gets each change once, whatever it outputs": async (importExample, { sandbox }) => {
			const example = await importExample('package', withOwnNode);
			await example.tables.dropTable(TABLE);

			const firstRun = await example.runManually();
			expect(firstRun.outputs('Own Step')).toHaveLength(sandbox.store.rows('customer').length);
			await expectAllCustomersInTable(example);

			const secondRun = await example.runManually();
			expect(secondRun.outputs('Own Step')).toEqual([]);
		},
	},
};

/** Runs the workflow, and returns the IDs of the customers that it writes into the table, in their order. */
async function syncCustomers(example: Example): Promise<number[]> {
	const execution = await example.runManually();
	return execution.outputs('Oldest First').map(({ id }) => Number(id));
}

/** Changes customers 3 and 20 and adds a lead, a second apart. Returns the ID of the lead. */
function changeTwoCustomersAndAddLead({ sandbox, today }: Example): number {
	const { store } = sandbox;
	store.patch('customer', 20, { name: 'В Третьем Филиале', updated_at: `${today} 09:00:02` });
	store.patch('customer', 3, { name: 'Раньше Него', updated_at: `${today} 09:00:01` });
	return store.insert('customer', {
		name: 'Новый Лид',
		is_study: CUSTOMER_TYPE.lead,
		branch_ids: [1, 2],
		updated_at: `${today} 09:00:03`,
	}).id;
}

function findThirdOldestChange({ store }: Sandbox): Row {
	const customers = [...store.rows('customer')];
	customers.sort((left, right) => String(left.updated_at).localeCompare(String(right.updated_at)));
	return customers[2];
}

/**
 * Adds a node where the note of the example says that users may add their own. Like a node that sends an email, it outputs
 * something else than the customer.
 */
const withOwnNode: WorkflowEdit = (workflow) => {
	const ownNode = makeNode('Own Step', 'n8n-nodes-base.set', 3.4, {
		mode: 'raw',
		jsonOutput: '{ "sent": true }',
	});
	return {
		...workflow,
		nodes: [...workflow.nodes, ownNode],
		connections: {
			...workflow.connections,
			'Oldest First': linkTo('Own Step'),
			'Own Step': linkTo('Upsert Row'),
		},
	};
};

/** Expects that the table has one row for each customer, with the customer's current values. */
async function expectAllCustomersInTable({ tables, sandbox }: Example): Promise<void> {
	const rows = (await tables.readRows(TABLE)) ?? [];
	rows.sort((left, right) => Number(left.customer_id) - Number(right.customer_id));
	const customerRows = sandbox.store.rows('customer').map(({ id, name, is_study, updated_at }) => ({
		customer_id: id,
		name,
		is_client: is_study === CUSTOMER_TYPE.client,
		updated_at,
	}));
	expect(rows).toMatchObject(customerRows);
}

/** Expects that the workflow has read customers, archived ones too, and only those who have changed since a certain day. */
function expectOnlyRecentChangesRequested({ journal }: Sandbox): void {
	const bodies = journal
		.filter(({ entity }) => entity === 'customer')
		.map(({ body }) => body as IDataObject)
		.filter(({ removed }) => removed === RECORD_STATUS.all);
	expect(bodies).not.toEqual([]);
	for (const { updated_at_from } of bodies) {
		expect(updated_at_from).toMatch(/^\d\d\.\d\d\.\d{4}$/);
	}
}
