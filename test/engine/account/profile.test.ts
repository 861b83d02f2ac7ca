import { readFileSync } from 'node:fs';
import type { INodeParameters } from 'n8n-workflow';

import { startSandbox } from '../../../sandbox';
import { settingsOfProfile } from '../../../sandbox/profile';

import type { Told } from '../support/account';
import { auditorOf, foundIn, isUntold, playedBy } from '../support/account';
import { SWITCH_CASES } from '../support/accountSwitches';
import { Engine } from '../support/engine';
import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 150 });
const office = officeOf(school);
const { check } = auditorOf(school);
const account = (more: INodeParameters): INodeParameters => ({
	resource: 'account',
	operation: 'check',
	...more,
});

describe('the profile', () => {
	it('is one item and a file that hold the same', async () => {
		office.set({ total: 'missing', logIds: true });
		const report = await check();
		const { items } = await office.whole(account({ output: 'profile' }));
		expect(items).toHaveLength(1);
		const [{ json, binary }] = items;
		expect(binary?.data).toMatchObject({ fileName: 'alfacrm-profile.json', mimeType: 'application/json' });
		expect(JSON.parse(Buffer.from(binary?.data.data ?? '', 'base64').toString())).toEqual(json);
		expect(json).toMatchObject({ format: 'alfacrm-profile', version: 1 });
		const played = playedBy(json.findings as Told[]);
		expect(played).toEqual(playedBy(report));
		expect(settingsOfProfile(json)).toMatchObject(played);
		expect(played).toMatchObject({ total: 'missing', logIds: true });
	});

	it('is played by another sandbox, which answers alike', async () => {
		office.set({
			bodyPageSize: 'honoured',
			pageSize: 30,
			payDefault: 'income',
			forbiddenCalls: ['room/index'],
		});
		const report = await check();
		const other = await startSandbox({ customers: 200, seed: 7, settings: playedBy(report) });
		other.settings.rateLimit = 0;
		school.engine = new Engine({ ...school.credential, hostname: other.url });
		expect(foundIn(await check())).toMatchObject(
			Object.fromEntries(Object.entries(foundIn(report)).filter(([, found]) => !isUntold(found))),
		);
		await other.close();
	});

	it('tells how long answers take', async () => {
		office.set({ latencyMs: 60 });
		const [{ json }] = (await office.whole(account({ output: 'profile' }))).items;
		const { latencyMs } = settingsOfProfile(json);
		expect(latencyMs).toBeGreaterThanOrEqual(60);
		expect(latencyMs).toBeLessThan(120);
	}, 60_000);
});

it('docs/check.md names each check, and each outcome that a switch of the sandbox has', async () => {
	const page = readFileSync('docs/check.md', 'utf8');
	const names = (await check()).map((told) => told.check);
	const outcomes = SWITCH_CASES.flatMap(({ says }) => Object.values(says));
	// Numbers are filled in, and formats of dates stand one by one.
	const written = [...names, ...outcomes.map((text) => text.replace(/ (50|400|405)\b/, ' …'))];
	const isNamed = (text: string) => page.includes(`\`${text}\``) || /^\d+$|yyyy/.test(text);
	expect(written.filter((text, n) => !isNamed(text) && !isNamed([...names, ...outcomes][n]))).toEqual([]);
});
