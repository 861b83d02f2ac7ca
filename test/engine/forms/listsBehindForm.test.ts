import { officeOf, byPhone } from '../support/office';
import { Engine } from '../support/engine';
import { useRawServer } from '../support/rawServer';
import { useSchool } from '../support/school';

const school = useSchool();
const server = useRawServer();
const { add, run, set } = officeOf(school);

const form = { branchId: 1, operation: 'create' };
const titles = async (method: string, typed: string) =>
	(await school.engine.search(method, form, typed)).results.map(({ name }) => name);

describe('the list of groups', () => {
	it.each([[[]], [['group']]])('has archived ones whatever their last day: rows show %j', async (shown) => {
		set({ rowsShowRemoved: shown });
		add('group', { name: 'Роботы новые', branch_ids: [1], removed: 0, e_date: '31.12.2030' });
		add('group', { name: 'Роботы старые', branch_ids: [1], removed: 1, e_date: '31.12.2030' });
		add('group', { name: 'Роботы прошлые', branch_ids: [1], removed: 1, e_date: '31.05.2020' });
		expect((await titles('searchGroups', 'Роботы')).sort()).toEqual([
			'Роботы новые',
			'Роботы прошлые · archived',
			'Роботы старые · archived',
		]);
	});
});

describe('a form, where AlfaCRM sends no list', () => {
	const LOADERS: Array<[string, (engine: Engine) => Promise<unknown>]> = [
		['a dropdown', async (engine) => await engine.options('getStages', form)],
		['a picker', async (engine) => await engine.search('searchCustomers', form, 'Мия')],
		['the field mapper', async (engine) => await engine.columns('getCustomerColumns', form)],
	];

	it.each(
		LOADERS.flatMap(([what, load]) =>
			[{}, { total: 1, items: null }, { total: 1, items: { 1: { id: 5 } } }].map(
				(body) => [what, JSON.stringify(body), load, body] as const,
			),
		),
	)('%s says so after %s', async (_what, text, load, body) => {
		server.answer = ({ path }) => ({ body: path === 'auth/login' ? { token: 'a token' } : body });
		const user = { email: `form${text.length}@school.example`, apiKey: 'the key of a user' };
		const engine = new Engine({ hostname: server.url, requestsPerSecond: 0, ...user });
		await expect(load(engine)).rejects.toThrow(/AlfaCRM sent no list when asked to/);
	});

	it('a customer that is listed among the active and the archived ones is shown once, as active', async () => {
		server.answer = ({ path, body }) => {
			if (path === 'auth/login') return { body: { token: 'a token' } };
			const items = body.page === 0 ? [{ id: 5, name: 'Орлова Мия' }] : [];
			return { body: { total: 1, count: 1, page: body.page, items } };
		};
		const user = { email: 'both@school.example', apiKey: 'the key of a user' };
		const engine = new Engine({ hostname: server.url, requestsPerSecond: 0, ...user });
		const { results } = await engine.search('searchCustomers', form, 'Мия');
		expect(results).toEqual([{ name: 'Орлова Мия', value: 5 }]);
	});
});

it('a new customer costs four calls per branch, one list of branches and the creation', async () => {
	await run(byPhone('+7 900 555-77-01', { name: 'Орлова Мия' }));
	const calls = school.calls().filter((call) => call !== 'auth/login');
	expect(calls).toHaveLength(14);
});
