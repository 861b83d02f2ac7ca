import { useEditor } from './support/editor';

const n8n = useEditor({ customers: 30 });

const withPhone = (digits: string) =>
	n8n.sandbox.store
		.rows('customer')
		.filter(({ phone }) => (phone as string[]).some((one) => one.replace(/\D/g, '') === digits));

describe('Create or Update', () => {
	it('asks from top to bottom: whom, by what, with what', async () => {
		const panel = await n8n.openNode({ resource: 'customer', operation: 'upsert', branchId: 1 });
		expect((await panel.labels()).slice(0, 9)).toEqual([
			'Resource',
			'Operation',
			'Branch Name or ID',
			'Match By',
			'Phone',
			'Input Mode',
			'Fields',
			'Simplify',
			'Options',
		]);
		await panel.pickOption('matchBy', 'Phone or Email');
		expect((await panel.labels()).slice(3, 7)).toEqual(['Match By', 'Phone', 'Email', 'Input Mode']);
	});

	it('creates a customer once, however the phone is written', async () => {
		const panel = await n8n.openNode({ resource: 'customer', operation: 'getAll', branchId: 1 });
		await panel.pickOption('operation', 'Create or Update');
		await panel.pickOption('matchBy', 'Phone and Name');
		await panel.fill('name', 'Лукин Пётр');
		await panel.fill('phone', '8 900 777-11-22');
		await panel.execute();

		const [created] = await panel.output.rows();
		expect(created).toMatchObject({ operationResult: 'created', name: 'Лукин Пётр' });
		const saved = withPhone('79007771122');
		expect(saved.map(({ id, name }) => ({ id: String(id), name }))).toEqual([
			{ id: created.id, name: 'Лукин Пётр' },
		]);

		await panel.fill('phone', '+7 (900) 777 11 22');
		await panel.execute();
		const [again] = await panel.output.rows();
		expect(again).toMatchObject({ operationResult: 'unchanged', id: created.id });
		expect(withPhone('79007771122')).toEqual(saved);
		expect(n8n.sandbox.store.rows('customer')).toHaveLength(31);
	});

	it('by phone alone refuses to create without a name, and creates with one', async () => {
		const panel = await n8n.openNode({ resource: 'customer', operation: 'upsert', branchId: 1 });
		await panel.pickOption('matchBy', 'Phone');
		await panel.fill('phone', '+7(900)777-33-44');
		await panel.execute();
		expect((await panel.output.error()).message).toContain("'Name' is empty, but AlfaCRM requires it");
		expect(withPhone('79007773344')).toEqual([]);

		await panel.addField('Name');
		await panel.fill('name', 'Зимина Ева');
		await panel.execute();
		expect((await panel.output.rows())[0]).toMatchObject({ operationResult: 'created', name: 'Зимина Ева' });
		expect(withPhone('79007773344')).toHaveLength(1);
	});
});
