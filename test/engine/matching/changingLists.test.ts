import type { INodeParameters } from 'n8n-workflow';

import type { Row } from '../../../sandbox';
import { byPhone, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 90 });
const { lead, rows, run, set, stopped, whole } = officeOf(school);

const PHONE = '+7(900)555-00-01';

describe('a list that never comes whole', () => {
	/** Shows other rows than there are. */
	const disturb = (change: (all: readonly Row[], call: number) => readonly Row[]) => {
		const { store } = school.sandbox;
		const shown = store.visible.bind(store);
		let call = 0;
		store.visible = (entity, all) => {
			const those = shown(entity, all);
			return entity === 'customer' && those.length > 0 ? change(those, (call += 1)) : those;
		};
		undo = () => void (store.visible = shown);
	};
	let undo = () => {};
	afterEach(() => undo());
	/** Total 200, of which each reading shows a few others more, and never all. */
	const moving = (all: readonly Row[], call: number): readonly Row[] => {
		const some = all.slice(0, 25 + (call % 41));
		return Array.from({ length: 200 }, (_, index) => some[index % some.length]);
	};
	/** One row more is counted than there are. */
	const oneTooHigh = (all: readonly Row[]): readonly Row[] => [...all, all[0]];
	const byContract = (value: string, options: INodeParameters = {}): INodeParameters => ({
		...byPhone('', { name: 'Соколов Артём' }, { searchBranches: [1], ...options }),
		matchBy: 'customField',
		matchField: 'custom_dogovor',
		matchValue: value,
	});

	it('because its rows keep changing does not lead to a create', async () => {
		disturb(moving);
		const before = rows('customer').length;
		const error = await stopped(byContract('Нового нет'));
		expect(`${error.message} ${error.description ?? ''}`).toMatch(/did not come whole/);
		expect(rows('customer')).toHaveLength(before);
		expect(school.calls()).not.toContain('customer/create');
		undo();
		expect(await run(byContract('Нового нет'))).toMatchObject([{ operationResult: 'created' }]);
	});

	it('because its total is wrong does, with a hint', async () => {
		set({ ignoredFilters: ['customer.phone', '*.custom_*'] });
		disturb(oneTooHigh);
		for (const parameters of [byContract('Нового нет'), byPhone(PHONE, { name: 'Соколов Артём' })]) {
			const { json, error, hints } = await whole(parameters);
			expect(error).toBeUndefined();
			expect(json).toMatchObject([{ operationResult: 'created' }]);
			expect(hints).toHaveLength(1);
		}
	});

	it('but holds the one that is looked for leads to an update', async () => {
		const id = lead({ custom_dogovor: 'Есть' });
		disturb((all, call) => [...all.filter((row) => row.id === id), ...moving(all, call)]);
		expect(await run(byContract('Есть'))).toMatchObject([{ id, operationResult: 'unchanged' }]);
		undo();
		disturb((all, call) => [...all.filter((row) => row.id === id), ...moving(all, call)]);
		const error = await stopped(byContract('Нового нет'));
		expect(school.calls()).not.toContain('customer/create');
		expect(error.message).not.toBe('');
	});
});
