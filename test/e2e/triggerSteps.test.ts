import { SeededRandom } from '../../sandbox/model/random';
import { CUSTOMER_TYPE } from '../support/codes';
import { depth, seed } from '../support/depth';
import { ENGINES, pollTimesEvery, PolledWorkflow } from './support/polled';
import { useRealN8n } from './support/realN8n';
import { waitFor } from './support/wait';

const BRANCHES = [1, 2];
const LEADS_OF_IMPORT = 120;
/** After a restart in an outage, n8n waits longer and longer before it activates a workflow. */
const PATIENCE_MS = 240_000;

interface Lead {
	id: number;
	branch: number;
}

/** Plays what happens to a school, its AlfaCRM and its n8n in some weeks, one random step after the other. */
describe.each(ENGINES)('with $engine', ({ env, seconds }) => {
	const real = useRealN8n({ customers: 20, settings: { rateLimit: 0 } }, env);
	const random = new SeededRandom(seed, seconds);
	const leads: Lead[] = [];
	/** The names of the steps so far, for the message of a failure. */
	const stepsSoFar: string[] = [];
	/** Reads the list of customers. */
	let listTrigger: PolledWorkflow;
	/** Reads the log of changes. */
	let logTrigger: PolledWorkflow;

	const steps: Record<string, () => Promise<void> | void> = {
		'some leads': () => addLeads(random.int(3)),
		'an import of leads': () => addLeads(LEADS_OF_IMPORT),
		'a pause': async () => await waitForPolls(2),
		'an outage': beginOutage,
		'a failing branch': beginFailureOfBranch,
		'a repair': () => real.sandbox.faults.clear(),
		'a restart': async () => await restartWhileLeadsCome({ kill: false }),
		'a crash': async () => await restartWhileLeadsCome({ kill: true }),
		'a restart in an outage': restartInOutage,
	};
	/** The names of all steps. Usual steps stand here several times, and are chosen as often. */
	const stepNames = [
		...Object.keys(steps),
		'some leads',
		'some leads',
		'some leads',
		'some leads',
		'a pause',
		'a pause',
		'a repair',
		'a repair',
	];

	/** Adds leads to a random branch. */
	function addLeads(count: number): void {
		const branch = random.pick(BRANCHES);
		for (let added = 0; added < count; added++) {
			const { id } = real.sandbox.store.insert('customer', {
				name: `Проверка ${leads.length + 1}`,
				branch_ids: [branch],
				is_study: CUSTOMER_TYPE.lead,
			});
			leads.push({ id, branch });
		}
	}

	/** Waits for polls of branch 1 by the trigger that reads the log. The other trigger polls as often. */
	async function waitForPolls(count: number): Promise<void> {
		const countPolls = () => real.sandbox.journal.filter(({ path }) => path.includes('/1/log/index')).length;
		const pollsBefore = countPolls();
		await waitFor(`${count} polls`, async () =>
			Promise.resolve(countPolls() >= pollsBefore + count ? true : undefined),
		);
	}

	function beginOutage(): void {
		real.sandbox.faults.add({ kind: 'status', status: 503, times: 0 });
	}

	/** Refuses the calls of a random branch from now on, or fails at them. */
	function beginFailureOfBranch(): void {
		const status = random.pick([403, 500]);
		const branch = random.pick(BRANCHES);
		real.sandbox.faults.add({ kind: 'status', status, times: 0, match: { branch } });
	}

	async function restartWhileLeadsCome({ kill }: { kill: boolean }): Promise<void> {
		await waitUntilAllIsHandedOver();
		await restartAndAddLeads(kill);
	}

	async function restartInOutage(): Promise<void> {
		const kill = random.chance(0.5);
		await waitUntilAllIsHandedOver();
		beginOutage();
		await restartAndAddLeads(kill);
	}

	/** Repairs AlfaCRM and waits: n8n may lose or repeat what a trigger hands over while n8n is being stopped. */
	async function waitUntilAllIsHandedOver(): Promise<void> {
		real.sandbox.faults.clear();
		await expectEachLeadReportedOnce();
		await waitForPolls(2);
	}

	async function restartAndAddLeads(kill: boolean): Promise<void> {
		const restart = real.n8n.restart({ kill });
		addLeads(2);
		await restart;
	}

	async function readReportedIds(polled: PolledWorkflow): Promise<number[]> {
		const items = await polled.readItems();
		return items.map(({ id }) => Number(id));
	}

	/** Waits until a trigger has reported as many leads as there are, and returns their IDs. After a while, returns what there is. */
	async function waitForReportedIds(polled: PolledWorkflow): Promise<number[]> {
		const readIfComplete = async () => {
			const ids = await readReportedIds(polled);
			return ids.length >= leads.length ? ids : undefined;
		};
		try {
			return await waitFor(`${leads.length} leads`, readIfComplete, PATIENCE_MS);
		} catch {
			return await readReportedIds(polled);
		}
	}

	async function expectEachLeadReportedOnce(): Promise<void> {
		await expectEachLeadReportedOnceBy(listTrigger);
		await expectEachLeadReportedOnceBy(logTrigger);
	}

	async function expectEachLeadReportedOnceBy(polled: PolledWorkflow): Promise<void> {
		const reportedIds = await waitForReportedIds(polled);

		await expectNoneMissing(polled, reportedIds);
		expect([...reportedIds].sort((a, b) => a - b)).toEqual(leads.map(({ id }) => id));
		for (const branch of BRANCHES) {
			expectOrderOfBranch(branch, reportedIds);
		}
	}

	/** Shows the steps and the latest errors of the trigger if it has not reported each lead. */
	async function expectNoneMissing(polled: PolledWorkflow, reportedIds: number[]): Promise<void> {
		const missingLeads = leads.filter(({ id }) => !reportedIds.includes(id));
		if (missingLeads.length === 0) return;

		const failedRuns = await polled.readFailedRuns();
		const latestErrors = failedRuns.slice(-3).map(({ message }) => message);
		throw new Error(JSON.stringify({ missingLeads, stepsSoFar, latestErrors }, null, 1));
	}

	/** Each branch has an order of its own: the leads of a branch that was out of order are reported after the others. */
	function expectOrderOfBranch(branch: number, reportedIds: number[]): void {
		const idsOfBranch = leads.filter((lead) => lead.branch === branch).map(({ id }) => id);
		const reportedIdsOfBranch = reportedIds.filter((id) => idsOfBranch.includes(id));
		expect(reportedIdsOfBranch).toEqual(idsOfBranch);
	}

	it(`the triggers report each lead once and in order during ${depth.triggerSteps} random steps`, async () => {
		real.credential = await real.createCredentialWith({ requestsPerSecond: 0 });
		const pollTimes = pollTimesEvery(seconds);
		[listTrigger, logTrigger] = await PolledWorkflow.publishLeadTriggers(real, pollTimes);

		while (stepsSoFar.length < depth.triggerSteps) {
			const name = random.pick(stepNames);
			stepsSoFar.push(name);
			await steps[name]();
		}

		real.sandbox.faults.clear();
		addLeads(1);
		await expectEachLeadReportedOnce();
	}, 3_600_000);
});
