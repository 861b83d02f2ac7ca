import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject, Row } from '../../sandbox';
import type { NodePanel } from '../../scripts/lib/editor/nodePanel';
import { CUSTOMER_TYPE } from '../support/codes';
import { useEditor } from './support/editor';

/** The first and the second branch of the school. */
const CENTRAL_BRANCH = 1;
const NORTHERN_BRANCH = 2;
/** The stages "Новый" and "Назначено пробное". */
const STAGE = { newLead: 1, trialLesson: 2 } as const;
/** AlfaCRM takes a customer for archived from this day on. */
const DAY_IN_THE_PAST = '2025-10-24';

const n8n = useEditor({ customers: 300 });

function addCustomer(customer: JsonObject): number {
	return n8n.sandbox.store.insert('customer', customer).id;
}

/** Adds an active lead of the northern branch at the stage "Новый". */
function addNorthernLead(lead: JsonObject): void {
	addCustomer({
		branch_ids: [NORTHERN_BRANCH],
		is_study: CUSTOMER_TYPE.lead,
		lead_status_id: STAGE.newLead,
		...lead,
	});
}

function removeAllCustomers(): void {
	for (const { id } of n8n.sandbox.store.rows('customer')) {
		n8n.sandbox.store.remove('customer', id);
	}
}

function readCustomer(id: unknown): Row | undefined {
	return n8n.sandbox.store.find('customer', Number(id));
}

/** Lets AlfaCRM refuse the next creation. */
function refuseNextCreation(): void {
	n8n.sandbox.faults.add({
		kind: 'successFalse',
		errors: { legal_name: ['Такой заказчик уже есть.'] },
		match: { action: 'create' },
	});
}

describe('the form of the node', () => {
	it('offers the resources in alphabetical order, and last those that few people need', async () => {
		const panel = await n8n.openNode({});

		expect(await panel.readOptionNames('resource')).toEqual([
			'Branch',
			'Change Log',
			'Communication',
			'Customer',
			'Customer Subscription',
			'Group',
			'Group Member',
			'Lead Reject Reason',
			'Lead Source',
			'Lesson',
			'Location',
			'Message',
			'Payment',
			'Reference List',
			'Regular Lesson',
			'Room',
			'Stage',
			'Study Status',
			'Subject',
			'Task',
			'Teacher',
			'Account',
			'API Call',
			// n8n adds this to every node whose credential the HTTP Request node can use.
			'Custom API Call',
		]);
	});

	it('offers the branches of the account', async () => {
		const panel = await n8n.openNode({ resource: 'customer', operation: 'getAll' });

		expect(await panel.readRecordNames('branchId')).toEqual([
			'Центральный',
			'Северный',
			'Заречный (inactive)',
		]);
	});

	it('returns the leads of the branch and the stage that were picked', async () => {
		removeAllCustomers();
		addNorthernLead({ name: 'Орлова Мия' });
		addNorthernLead({ name: 'Орлов Ян' });
		addNorthernLead({ name: 'Клиентова Ада', is_study: CUSTOMER_TYPE.client });
		addNorthernLead({ name: 'Пробнова Ева', lead_status_id: STAGE.trialLesson });
		addNorthernLead({ name: 'Архивов Том', e_date: DAY_IN_THE_PAST });
		addNorthernLead({ name: 'Дальний Ким', branch_ids: [CENTRAL_BRANCH] });
		const panel = await n8n.openNode({ resource: 'branch', operation: 'getAll' });

		await panel.pickOption('resource', 'Customer');
		await panel.pickOption('operation', 'Get Many');
		await panel.pickListedRecord('branchId', 'Северный');
		await panel.pickOption('is_study', 'Lead');
		await panel.addField('Stage');
		await panel.pickListedRecord('lead_status_id', 'Новый');
		expect(await panel.readPickedRecord('branchId')).toBe('Северный');
		expect(await panel.readPickedRecord('lead_status_id')).toBe('Новый');
		await panel.execute();

		expect(await panel.output.showsSuccess()).toBe(true);
		expect(await panel.output.readItemCount()).toBe('2 items');
		const leads = await panel.output.readRows();
		expect(leads.map(({ name }) => name).sort()).toEqual(['Орлов Ян', 'Орлова Мия']);
		expect(leads[0]).toMatchObject({ is_study: '0', lead_status_id: '1' });
		await panel.close();
		expect(await n8n.editor.canvas.readNodeText('AlfaCRM', '2 items')).toEqual([
			'2 items',
			'AlfaCRM',
			'Get Many: Customer',
		]);
	});

	it.each<{ form: string; parameters: INodeParameters; fields: string[] }>([
		{
			form: 'a new customer',
			parameters: { resource: 'customer', operation: 'create', name: 'Мия' },
			fields: ['Stage', 'Lead Source'],
		},
		{
			form: 'a new room',
			parameters: { resource: 'room', operation: 'create', name: 'Зал', color_id: 1 },
			fields: ['Location'],
		},
		{
			form: 'a list of lessons',
			parameters: { resource: 'lesson', operation: 'getAll' },
			fields: [],
		},
	])('shows nothing in red when it is opened again after a run: $form', async ({ parameters, fields }) => {
		const panel = await n8n.openNode(parameters);
		await panel.pickListedRecord('branchId', 'Центральный');
		for (const field of fields) {
			await panel.addField(field);
		}
		await panel.execute();
		expect(await panel.output.showsSuccess()).toBe(true);
		await panel.close();

		await n8n.editor.canvas.open('AlfaCRM');

		expect(await panel.readPickedRecord('branchId')).toBe('Центральный');
		expect(await panel.findWrongParameters()).toEqual([]);
	});

	it('fills the lists of a second node, for which n8n asks before the node has its credential', async () => {
		const creator = await n8n.editor.openNodeCreator();
		await creator.search('AlfaCRM', 'AlfaCRM');
		await creator.openDetails('AlfaCRM');
		await creator.openActions();
		await expectListsFilled(await creator.addAction('Create lesson'));

		const secondCreator = await n8n.editor.openNodeCreatorAgain();
		await secondCreator.search('AlfaCRM', 'AlfaCRM');
		await secondCreator.openDetails('AlfaCRM');
		await expectListsFilled(await secondCreator.addAction('Create lesson'));
	});

	/** Expects a form of a new lesson without errors, and a list of teachers. Closes the form. */
	async function expectListsFilled(panel: NodePanel): Promise<void> {
		expect(await panel.findWrongParameters()).toEqual([]);
		await panel.pickListedRecord('branchId', 'Центральный');
		expect(await panel.readRecordNames('teacher_ids')).not.toEqual([]);
		await panel.close();
	}

	it('names the parameters that are still empty, and sends nothing', async () => {
		const panel = await n8n.openNode({ resource: 'customer', operation: 'create' });
		expect(await panel.findWrongParameters()).toEqual(['name']);

		const refusal = await panel.tryToExecute();

		expect(refusal).toContain('Parameter "Name" is required.');
		expect(n8n.sandbox.journal.filter(({ path }) => path.includes('create'))).toEqual([]);
	});

	it('finds customers by a part of the name, shows how they differ, and changes the picked one', async () => {
		const phone = ['+7(900)000-77-22'];
		const branch_ids = [CENTRAL_BRANCH];
		const alina = addCustomer({ name: 'Звонкова Алина', phone, branch_ids, is_study: CUSTOMER_TYPE.client });
		addCustomer({ name: 'Звонков Пётр', branch_ids, is_study: CUSTOMER_TYPE.lead, e_date: DAY_IN_THE_PAST });
		const panel = await n8n.openNode({
			resource: 'customer',
			operation: 'update',
			branchId: CENTRAL_BRANCH,
		});

		const foundTitles = await panel.pickRecord('id', 'Звонк', 'Звонкова Алина · +7(900)000-77-22 · Client');
		expect(foundTitles.sort()).toEqual([
			'Звонков Пётр · Lead · archived',
			'Звонкова Алина · +7(900)000-77-22 · Client',
		]);
		expect(await panel.readPickedRecord('id')).toBe('Звонкова Алина · +7(900)000-77-22 · Client');
		await panel.addField('Note');
		await panel.fill('note', 'Перезвонить');
		await panel.execute();

		expect(await panel.output.showsSuccess()).toBe(true);
		expect(readCustomer(alina)).toMatchObject({ name: 'Звонкова Алина', note: 'Перезвонить' });
		expect(await panel.output.readRows()).toMatchObject([{ id: String(alina), name: 'Звонкова Алина' }]);
	});

	it('maps custom fields of the account', async () => {
		const panel = await n8n.openNode({
			resource: 'customer',
			operation: 'create',
			branchId: CENTRAL_BRANCH,
		});
		await panel.pickOption('inputMode', 'Field Mapper');
		await panel.mapper.waitUntilReady();
		expect(await panel.mapper.readColumns()).toEqual(['Values to Send', 'Name', 'Customer Type']);

		const offeredColumns = await panel.mapper.addColumns('custom_school', 'Phone');
		await panel.fill('name', 'Картин Макар');
		await panel.pickOption('is_study', 'Client');
		await panel.fill('phone', '+7(900)000-77-88');
		await panel.fill('custom_school', '57');
		await panel.execute();

		expect(offeredColumns).toContain('custom_dogovor');
		expect(offeredColumns).toContain('custom_interesy');
		expect(offeredColumns).toContain('custom_school');
		expect(offeredColumns).toContain('Stage Name or ID');
		expect(await panel.output.showsSuccess()).toBe(true);
		const [created] = await panel.output.readRows();
		expect(created).toMatchObject({ id: '301', name: 'Картин Макар' });
		expect(readCustomer(301)).toMatchObject({
			name: 'Картин Макар',
			is_study: CUSTOMER_TYPE.client,
			legal_type: 1,
			phone: ['+7(900)000-77-88'],
			custom_school: '57',
		});
	});
});

describe('a creation that AlfaCRM refuses', () => {
	const newLead = {
		resource: 'customer',
		operation: 'create',
		branchId: CENTRAL_BRANCH,
		name: 'Длиннов Фома',
	};

	it("shows the label of the refused field and AlfaCRM's words", async () => {
		refuseNextCreation();
		const panel = await n8n.openNode(newLead);
		await panel.addField('Payer Name');
		await panel.fill('legal_name', 'Длиннов Пётр');

		await panel.execute();

		expect(await panel.output.showsSuccess()).toBe(false);
		expect(await panel.output.error()).toEqual({
			message: 'AlfaCRM did not create the customer: Payer Name – Такой заказчик уже есть.',
			description: "Correct 'Payer Name' (legal_name) and run it again. Nothing was saved.",
		});
	});

	it('goes to the error output of a node that has one', async () => {
		refuseNextCreation();
		const panel = await n8n.openNode(newLead);
		await panel.addField('Payer Name');
		await panel.fill('legal_name', 'Длиннов Пётр');
		await panel.setOnError('Continue (using error output)');

		await panel.execute();

		await panel.output.openBranch('Error');
		const [refused] = await panel.output.readRows();
		expect(refused.error).toMatch(/^AlfaCRM did not create the customer: Payer Name/);
		await panel.close();
		expect(await n8n.editor.canvas.readNodeText('AlfaCRM', '1 item')).toEqual([
			'Success',
			'Error',
			'1 item',
			'AlfaCRM',
			'Create: Customer',
		]);
		expect(n8n.sandbox.store.rows('customer')).toHaveLength(300);
	});
});
