import type { IDataObject } from 'n8n-workflow';

import { SeededRandom } from '../../sandbox/model/random';
import { depth, seed } from '../support/depth';
import { ENGINES, pollTimesEvery, PolledWorkflow } from './support/polled';
import { useRealN8n } from './support/realN8n';
import { waitFor } from './support/wait';

const BRANCHES = [1, 2];
const IMPORTED = 120;

interface Lead {
	id: number;
	branch: number;
}

/** What happens to a school, its AlfaCRM and its n8n in some weeks, one step after the other. */
describe.each(ENGINES)(`${depth.triggerSteps} steps of random work in $engine`, ({ env, seconds }) => {
	const real = useRealN8n({ customers: 20, settings: { rateLimit: 0 } }, env);
	const random = new SeededRandom(seed, seconds);
	const pollTimes = pollTimesEvery(seconds);
	const leads: Lead[] = [];
	const done: string[] = [];
	let created: PolledWorkflow;
	let changed: PolledWorkflow;

	const add = (count: number) => {
		const branch = random.pick(BRANCHES);
		for (let left = count; left > 0; left--) {
			const name = `Проверка ${leads.length + 1}`;
			const { id } = real.sandbox.store.insert('customer', { name, branch_ids: [branch], is_study: 0 });
			leads.push({ id, branch });
		}
	};
	const failures = async () =>
		(await Promise.all([created.readFailedRuns(), changed.readFailedRuns()])).map((runs) =>
			runs.slice(-3).map(({ message }) => message),
		);
	const idsOf = async (polled: PolledWorkflow): Promise<number[]> =>
		(await polled.readItems()).map(({ id }: IDataObject) => Number(id));
	const reported = async () => await Promise.all([created, changed].map(idsOf));
	/** A branch that was out of order tells later what the others have told: each has an order of its own. */
	const expectEachOnce = async () => {
		const enough = async () => {
			const found = await reported();
			return found.every(({ length }) => length >= leads.length) ? found : undefined;
		};
		// After a restart in an outage n8n tries to activate a workflow at longer and longer intervals.
		const all = await waitFor(`${leads.length} leads of both triggers`, enough, 240_000).catch(reported);
		const missing = all.map((ids) => leads.filter(({ id }) => !ids.includes(id)));
		expect({ missing, done, failures: missing.flat().length > 0 ? await failures() : [] }).toEqual({
			...{ missing: [[], []], done, failures: [] },
		});
		for (const ids of all) {
			expect([...ids].sort((one, other) => one - other)).toEqual(leads.map(({ id }) => id));
			for (const branch of BRANCHES) {
				const own = new Set(leads.filter((lead) => lead.branch === branch).map(({ id }) => id));
				expect(ids.filter((id) => own.has(id))).toEqual([...own]);
			}
		}
	};
	const morePolls = async (count: number) => {
		const looks = () => real.sandbox.journal.filter(({ path }) => path.includes('/1/log/index')).length;
		const before = looks();
		await waitFor('more polls', async () => Promise.resolve(looks() >= before + count || undefined));
	};

	/** All is handed over: n8n may lose or repeat what it is handed while it is being stopped. */
	const calm = async () => {
		real.sandbox.faults.clear();
		await expectEachOnce();
		await morePolls(2);
	};
	const restart = async (kill: boolean, before = () => {}) => {
		await calm();
		before();
		const restarted = real.n8n.restart({ kill });
		add(2);
		await restarted;
	};

	const outage = () => void real.sandbox.faults.add({ kind: 'status', status: 503, times: 0 });
	const steps: Record<string, () => Promise<void> | void> = {
		leads: () => add(random.int(3)),
		import: () => add(IMPORTED),
		pause: async () => await morePolls(2),
		outage,
		'a branch that fails': () =>
			void real.sandbox.faults.add({
				kind: 'status',
				status: random.pick([403, 500]),
				times: 0,
				match: { branch: random.pick(BRANCHES) },
			}),
		repair: () => real.sandbox.faults.clear(),
		restart: async () => await restart(false),
		crash: async () => await restart(true),
		'a restart in an outage': async () => await restart(random.chance(0.5), outage),
	};
	const often = ['leads', 'leads', 'leads', 'leads', 'pause', 'pause', 'repair', 'repair'];

	it('loses and repeats no lead, and keeps the order of each branch', async () => {
		real.credential = await real.createCredentialWith({ requestsPerSecond: 0 });
		[created, changed] = await PolledWorkflow.publishLeadTriggers(real, pollTimes);
		while (done.length < depth.triggerSteps) {
			const name = random.pick([...often, ...Object.keys(steps)]);
			done.push(name);
			await steps[name]();
		}
		real.sandbox.faults.clear();
		add(1);
		await expectEachOnce();
	}, 3_600_000);
});
