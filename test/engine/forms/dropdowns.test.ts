import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node.ts';
import { Engine } from '../../../scripts/lib/engine/engine';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });

describe('dropdowns', () => {
	it.each([
		['getBranches', 'branch'],
		['getSubjects', 'subject'],
		['getStudyStatuses', 'study-status'],
		['getStages', 'lead-status'],
		['getLeadSources', 'lead-source'],
	])('%s offers every %s of the account', async (method, path) => {
		const options = await school.engine.options(method, { branchId: 1 });
		const rows = school.sandbox.store.rows(path);
		expect(options.map(({ value }) => value).sort()).toEqual(rows.map(({ id }) => id).sort());
		expect(rows.length).toBeGreaterThan(0);
	});

	it('follow the order that AlfaCRM shows, and mark what is switched off', async () => {
		const options = await school.engine.options('getStages', { branchId: 1 });
		const rows = [...school.sandbox.store.rows('lead-status')].sort(
			(a, b) => Number(a.weight) - Number(b.weight),
		);
		expect(options.map(({ value }) => value)).toEqual(rows.map(({ id }) => id));
		const off = rows.find((row) => row.is_enabled === 0);
		expect(options.find(({ value }) => value === off?.id)?.name).toBe(`${String(off?.name)} (Off)`);
	});

	it('hold more than one page', async () => {
		for (let number = 1; number <= 45; number++)
			school.sandbox.store.insert('lead-source', {
				name: `Источник ${number}`,
				code: `s${number}`,
				is_enabled: 1,
			});
		const options = await school.engine.options('getLeadSources', { branchId: 1 });
		expect(options).toHaveLength(school.sandbox.store.rows('lead-source').length);
	});

	it.each([[''], ['={{ $json.branch }}']])(
		'work before a branch is known (%j), with the first one',
		async (branchId) => {
			const options = await school.engine.options('getStages', { branchId });
			expect(options.length).toBeGreaterThan(0);
			expect(school.entries('lead-status/index')[0].branch).toBe(1);
		},
	);

	it('say what is wrong when the login is', async () => {
		const engine = new Engine({ ...school.credential, apiKey: 'not-the-key' });
		await expect(engine.options('getBranches', {})).rejects.toThrow("Check 'Email' and 'API Key'");
	});

	it('exist for every parameter that asks for one', () => {
		const { description, methods } = new AlfaCrm();
		const asked = [...JSON.stringify(description).matchAll(/"loadOptionsMethod":"(\w+)"/g)].map(
			([, name]) => name,
		);
		expect(asked.length).toBeGreaterThan(0);
		for (const name of asked) expect(methods.loadOptions).toHaveProperty(name);
	});
});
