import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { rows, run, set } = officeOf(school);

const list = (resource: string, filters: INodeParameters, more: INodeParameters = {}): INodeParameters => ({
	resource,
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	simplify: false,
	filters,
	...more,
});
const ids = (items: readonly IDataObject[]) => items.map(({ id }) => Number(id)).sort((a, b) => a - b);

describe.each([
	['customer', { is_study: 2 }],
	['group', {}],
	['teacher', {}],
])('the archive of the resource %s', (resource, more) => {
	it.each([
		['active', {}, undefined],
		['active, said so', { removed: 0 }, undefined],
		['active and archived', { removed: 1 }, 1],
		['archived', { removed: 2 }, 2],
	])('%s: only what is no default is sent', async (_what, chosen, sent) => {
		await run(list(resource, {}, { ...more, ...chosen }));
		const bodies = school.entries(`${resource}/index`).map(({ body }) => body as IDataObject);
		expect(bodies.length).toBeGreaterThan(0);
		for (const body of bodies) {
			if (sent === undefined) expect(body).not.toHaveProperty('removed');
			else expect(body.removed).toBe(sent);
		}
	});
});

describe.each(['iso', 'dotted'])('lessons of some days, where AlfaCRM reads days that are %s', (format) => {
	it.each([undefined, 1])('are those and no others, with a limit of %s', async (limit) => {
		set({ dateFormats: { 'lesson.date_from': format, 'lesson.date_to': format } });
		const own = rows('lesson').filter(({ branch_id }) => branch_id === 1);
		const all = [...new Set(own.map(({ date }) => String(date)))].sort();
		const days = { date_from: all[2], date_to: all[4] };
		const wanted = own.filter(({ date }) => all.indexOf(String(date)) >= 2 && all.indexOf(String(date)) <= 4);
		const json = await run(list('lesson', days, limit ? { returnAll: false, limit } : {}));
		if (limit === undefined) expect(ids(json)).toEqual(ids(wanted));
		else expect(ids(wanted)).toEqual(expect.arrayContaining(ids(json)));
		expect(json).toHaveLength(limit ?? wanted.length);
		expect(wanted.length).toBeGreaterThan(1);
	});
});
