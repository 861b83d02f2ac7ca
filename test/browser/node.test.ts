import type { INodeParameters } from 'n8n-workflow';

import { resourceEntities } from '../../nodes/AlfaCrm/entities/registry';
import { useEditor } from './support/editor';

const n8n = useEditor({ customers: 300 });

const customers = () => n8n.sandbox.store.rows('customer');
const has = (list: unknown, id: number) => (list as number[]).includes(id);
/** As the picker tells namesakes apart. */
const titleOf = ({ name, phone, is_study, e_date }: ReturnType<typeof customers>[number]) =>
	[
		name,
		...(phone as string[]).slice(0, 1),
		is_study === 1 ? 'Client' : 'Lead',
		...(e_date === '2030-12-31' ? [] : ['archived']),
	].join(' · ');

describe('the form', () => {
	it('offers every resource, in the order of the alphabet, and last what few look for', async () => {
		const panel = await n8n.openNode({});
		const labels = ['Message', 'Reference List', ...resourceEntities.map(({ label }) => label)];
		const sorted = labels.sort((a, b) => a.localeCompare(b, 'en'));
		// n8n adds the last one to every node whose credential the HTTP Request node can use.
		const last = ['Account', 'API Call', 'Custom API Call'];
		expect(await panel.readOptionNames('resource')).toEqual([...sorted, ...last]);
	});

	it('loads branches and statuses of the account, and what is picked is what comes', async () => {
		const panel = await n8n.openNode({ resource: 'branch', operation: 'getAll' });
		await panel.pickOption('resource', 'Customer');
		await panel.pickOption('operation', 'Get Many');
		const branches = n8n.sandbox.store.rows('branch').map(({ name }) => name);
		branches[2] = `${String(branches[2])} (inactive)`;
		expect(await panel.readRecordNames('branchId')).toEqual(branches);
		await panel.pickListedRecord('branchId', 'Северный');
		await panel.pickOption('is_study', 'Lead');
		await panel.addField('Stage');
		await panel.pickListedRecord('lead_status_id', 'Новый');
		expect(await panel.readPickedRecord('branchId')).toBe('Северный');
		expect(await panel.readPickedRecord('lead_status_id')).toBe('Новый');

		await panel.execute();

		const wanted = customers().filter(
			({ branch_ids, is_study, lead_status_id, e_date }) =>
				has(branch_ids, 2) && is_study === 0 && lead_status_id === 1 && e_date === '2030-12-31',
		);
		expect(wanted.length).toBeGreaterThan(2);
		expect(await panel.output.showsSuccess()).toBe(true);
		expect(await panel.output.readItemCount()).toBe(`${wanted.length} items`);
		const rows = await panel.output.readRows();
		expect(rows.map(({ id, name }) => `${id} ${name}`).sort()).toEqual(
			wanted.map(({ id, name }) => `${id} ${String(name)}`).sort(),
		);
		expect(rows[0]).toMatchObject({ is_study: '0', lead_status_id: '1' });

		await panel.close();
		const counted = `${wanted.length} items`;
		const texts = await n8n.editor.canvas.readNodeText('AlfaCRM', counted);
		expect(texts).toEqual([counted, 'AlfaCRM', 'Get Many: Customer']);
	});

	it.each<[string, INodeParameters, string[]]>([
		['a customer', { resource: 'customer', operation: 'create', name: 'Мия' }, ['Stage', 'Lead Source']],
		['a room', { resource: 'room', operation: 'create', name: 'Зал', color_id: 1 }, ['Location']],
		['a list', { resource: 'lesson', operation: 'getAll' }, []],
	])('shows nothing in red when it is opened again after a run: %s', async (_what, parameters, fields) => {
		const panel = await n8n.openNode(parameters);
		await panel.pickListedRecord('branchId', 'Центральный');
		for (const field of fields) await panel.addField(field);
		await panel.execute();
		expect(await panel.output.showsSuccess()).toBe(true);
		await panel.close();
		await n8n.editor.canvas.open('AlfaCRM');
		expect(await panel.readPickedRecord('branchId')).toBe('Центральный');
		expect(await panel.findWrongParameters()).toEqual([]);
	});

	it('of a second node is filled, though n8n asks before that has its credential', async () => {
		let creator = await n8n.editor.openNodeCreator();
		for (const isFirst of [true, false]) {
			await creator.search('AlfaCRM', 'AlfaCRM');
			await creator.openDetails('AlfaCRM');
			if (isFirst) await creator.openActions();
			const panel = await creator.addAction('Create lesson');
			expect(await panel.findWrongParameters()).toEqual([]);
			await panel.pickListedRecord('branchId', 'Центральный');
			expect(await panel.readRecordNames('teacher_ids')).not.toEqual([]);
			await panel.close();
			if (isFirst) creator = await n8n.editor.openNodeCreatorAgain();
		}
	});

	it('says before a run which parameters are still empty', async () => {
		const panel = await n8n.openNode({ resource: 'customer', operation: 'create' });
		expect(await panel.findWrongParameters()).toEqual(['name']);
		const refusal = await panel.tryToExecute();
		expect(refusal).toContain('Parameter "Name" is required.');
		expect(n8n.sandbox.journal.filter(({ path }) => path.includes('create'))).toEqual([]);
	});

	it('finds a customer by a part of the name, and changes that one', async () => {
		const panel = await n8n.openNode({ resource: 'customer', operation: 'update', branchId: 1 });
		const [target] = customers().filter(({ branch_ids }) => has(branch_ids, 1));
		const typed = String(target.name).slice(0, 5);
		const titles = customers()
			.filter(({ branch_ids, name }) => has(branch_ids, 1) && String(name).includes(typed))
			.map(titleOf);

		const found = await panel.pickRecord('id', typed, titleOf(target));
		expect(found.sort()).toEqual(titles.sort());
		expect(await panel.readPickedRecord('id')).toBe(titleOf(target));
		await panel.addField('Note');
		await panel.fill('note', 'Перезвонить');
		await panel.execute();

		expect(await panel.output.showsSuccess()).toBe(true);
		expect(n8n.sandbox.store.find('customer', target.id)).toMatchObject({
			name: target.name,
			note: 'Перезвонить',
		});
		const [saved] = await panel.output.readRows();
		expect(saved).toMatchObject({ id: String(target.id), name: target.name });
	});

	it('maps custom fields of the account', async () => {
		const panel = await n8n.openNode({ resource: 'customer', operation: 'create', branchId: 1 });
		await panel.pickOption('inputMode', 'Field Mapper');
		await panel.mapper.waitUntilReady();
		expect(await panel.mapper.readColumns()).toEqual(['Values to Send', 'Name', 'Customer Type']);
		const offered = await panel.mapper.addColumns('custom_school', 'Phone');
		expect(offered).toEqual(
			expect.arrayContaining(['custom_dogovor', 'custom_interesy', 'custom_school', 'Stage Name or ID']),
		);

		await panel.fill('name', 'Картин Макар');
		await panel.pickOption('is_study', 'Client');
		await panel.fill('phone', '+7(900)000-77-88');
		await panel.fill('custom_school', '57');
		await panel.execute();

		expect(await panel.output.showsSuccess()).toBe(true);
		expect(n8n.sandbox.store.find('customer', 301)).toMatchObject({
			...{ name: 'Картин Макар', is_study: 1, legal_type: 1 },
			...{ phone: ['+7(900)000-77-88'], custom_school: '57' },
		});
		expect((await panel.output.readRows())[0]).toMatchObject({ id: '301', name: 'Картин Макар' });
	});
});

describe('a refused save', () => {
	const lead = { resource: 'customer', operation: 'create', branchId: 1, name: 'Длиннов Фома' };

	it('shows the field and the words of AlfaCRM, and goes to the error output where that is chosen', async () => {
		const errors = { legal_name: ['Такой заказчик уже есть.'] };
		const refuse = () =>
			n8n.sandbox.faults.add({ kind: 'successFalse', errors, match: { action: 'create' } });
		refuse();
		const panel = await n8n.openNode(lead);
		await panel.addField('Payer Name');
		await panel.fill('legal_name', 'Длиннов Пётр');
		await panel.execute();
		expect(await panel.output.showsSuccess()).toBe(false);
		expect(await panel.output.error()).toEqual({
			message: 'AlfaCRM did not create the customer: Payer Name – Такой заказчик уже есть.',
			description: "Correct 'Payer Name' (legal_name) and run it again. Nothing was saved.",
		});

		refuse();
		await panel.setOnError('Continue (using error output)');
		await panel.execute();
		await panel.output.openBranch('Error');
		expect((await panel.output.readRows())[0].error).toMatch(
			/^AlfaCRM did not create the customer: Payer Name/,
		);
		await panel.close();
		const texts = await n8n.editor.canvas.readNodeText('AlfaCRM', '1 item');
		expect(texts).toEqual(['Success', 'Error', '1 item', 'AlfaCRM', 'Create: Customer']);
		expect(customers()).toHaveLength(300);
	});
});
