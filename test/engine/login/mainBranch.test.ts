import { Engine } from '../support/engine';
import { Poller } from '../support/poller';
import { findByPhone, officeOf } from '../support/office';
import { otherNameOf, useSchool } from '../support/school';

const school = useSchool({ customers: 30 });
const { lead } = officeOf(school);

const PHONE = '+7(900)555-00-01';
const ALL = { resource: 'branch', operation: 'getAll', returnAll: true };
const CREATED = { event: 'customerCreated' };
const ADVICE = "If the main branch is disabled in AlfaCRM, enter the number of another branch as 'Branch ID'";
const withBranch = () => new Engine({ ...school.credential, branchId: 2 });
const paths = () => [...new Set(school.entries('branch/index').map(({ path }) => path))];
/** Of another account, as far as the process knows: what one has taught it is no knowledge of the other. */
const withoutBranch = () => new Engine({ ...school.credential, hostname: otherNameOf(school.sandbox.url) });

beforeEach(() => {
	school.sandbox.settings.mainBranch = 'off';
});

describe('where the main branch is switched off', () => {
	it("the branches are those that are listed inside of the credential's, for everything", async () => {
		const id = lead({ phone: [PHONE], branch_ids: [3] });
		const engine = withBranch();
		expect((await engine.run({ parameters: ALL })).json).toHaveLength(3);
		expect((await engine.options('getBranches', {})).length).toBe(3);
		expect((await engine.options('getStages', {})).length).toBeGreaterThan(0);
		expect((await engine.run({ parameters: findByPhone(PHONE) })).json).toMatchObject([{ id }]);
		expect(await new Poller(engine, CREATED).tick()).toEqual([]);
		expect(paths()).toEqual(['/v2api/2/branch/index']);
	});

	it('and none is given, those of the form are tried and kept, and without one the message says what to enter', async () => {
		const engine = withoutBranch();
		const { error } = await engine.run({ parameters: ALL });
		expect(error?.description).toContain(ADVICE);
		await expect(engine.options('getBranches', {})).rejects.toMatchObject({
			description: expect.stringContaining(ADVICE) as string,
		});
		await expect(new Poller(engine, CREATED).tick()).rejects.toMatchObject({
			description: expect.stringContaining(ADVICE) as string,
		});
		const id = lead({ phone: [PHONE], branch_ids: [3] });
		const found = await engine.run({ parameters: { ...findByPhone(PHONE), branchId: 2 } });
		expect(found.json).toMatchObject([{ id }]);
		expect(found.hints).toEqual([]);
		school.sandbox.clearJournal();
		expect((await engine.run({ parameters: ALL })).json).toHaveLength(3);
		expect(await new Poller(engine, CREATED).tick()).toEqual([]);
		expect(paths()).toEqual(['/v2api/2/branch/index']);
	});
});
