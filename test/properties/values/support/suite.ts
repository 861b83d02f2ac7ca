import { useSchool } from '../../../engine/support/school';
import { choose } from './choose';
import type { Hostile } from './hostile';
import { HOSTILE } from './hostile';
import { Oracle } from './oracle';
import type { Part } from './parts';
import type { Probe } from './probe';
import { probesOf } from './probes';
import { Runner } from './runner';
import type { Outcome } from './runner';
import type { Built, Situation } from './situations';
import { situations } from './situations';
import { prepare } from './targets';

/** How many lines a failed test shows. */
const SHOWN = 60;

/** What went wrong with one value at one place. */
interface Finding {
	situation: string;
	where: string;
	value: string;
	what: string;
}

/** See jest.config.js. A thousand lines help nobody; the number says how many there are. */

/** Where nearly all values go wrong, each takes an execution of its own. */
const SLOWEST_MS = 300_000;

/** Puts hostile values into every place of the operations of some resources. */
export function describeValues({ isMeant, atLeast }: Part): void {
	const school = useSchool({ customers: 40, settings: { pageSize: 500 } });
	const chosen = situations.filter(isMeant);
	const chooser = choose();
	let cases = 0;
	let runner: Runner;

	beforeEach(() => {
		prepare(school.sandbox.store);
		runner = new Runner(school);
	});

	const each = it.each(chosen);
	each(
		'$title: each value is refused by its label or has one meaning',
		async (situation) => {
			const built = situation.build(school.sandbox.store);
			const findings: Finding[] = [];
			const baseline = await baselineOf(runner, situation, built);
			for (const probe of probesOf(situation, built)) {
				const oracle = new Oracle(situation, built, probe, baseline, runner);
				const values = chooser(situation, probe);
				findings.push(...(await examine(runner, situation, probe, oracle, values)));
				cases += values.length;
			}
			report(findings);
		},
		SLOWEST_MS,
	);

	it(`more than ${atLeast} values were put in`, () => {
		expect(cases).toBeGreaterThan(atLeast);
	});
}

/** The operation as it is meant to be used: without this the rest proves nothing. */
async function baselineOf(
	runner: Runner,
	{ title, variant }: Situation,
	{ parameters }: Built,
): Promise<Outcome> {
	const outcome = await runner.one(runner.workflow(parameters), {});
	// Nothing is created for an ID that nobody has.
	const isFine = outcome.error === undefined || variant.endsWith('id new');
	if (isFine) return outcome;
	throw new Error(`${title} does not work with good values: ${outcome.error} ${JSON.stringify(parameters)}`);
}

async function examine(
	runner: Runner,
	{ title }: Situation,
	probe: Probe,
	oracle: Oracle,
	values: readonly Hostile[],
): Promise<Finding[]> {
	const workflow = runner.workflow(probe.parameters);
	const findings: Finding[] = [];
	const note = ({ code }: Hostile, what: string | undefined) => {
		if (what !== undefined) findings.push({ situation: title, where: probe.where, value: code, what });
	};
	const itemOf = (hostile: Hostile) => probe.item(HOSTILE.indexOf(hostile), hostile);
	const alone = async (hostile: Hostile) =>
		note(hostile, oracle.judge(hostile.value, await runner.one(workflow, itemOf(hostile))));
	/** Most are refused as they must be; the few that are not are found by halving. */
	const together = async (bad: readonly Hostile[]): Promise<void> => {
		if (bad.length === 0) return;
		if (bad.length === 1) return await alone(bad[0]);
		const texts = await runner.allRefused(workflow, bad.map(itemOf));
		if (texts) return bad.forEach((hostile, index) => note(hostile, oracle.judgeWords(texts[index])));
		const half = Math.ceil(bad.length / 2);
		await together(bad.slice(0, half));
		await together(bad.slice(half));
	};
	await together(values.filter(({ value }) => oracle.mustRefuse(value)));
	for (const hostile of values) if (!oracle.mustRefuse(hostile.value)) await alone(hostile);

	for (const hostile of values.filter(({ isJson }) => isJson).slice(0, probe.literal ? 2 : 0)) {
		const literal = runner.workflow(probe.literal?.(hostile.value) ?? probe.parameters);
		note(hostile, oracle.judgeLiteral(hostile.value, await runner.one(literal, {})));
	}
	return findings;
}

/** Values with one and the same fault at one place make one line. */
function report(findings: Finding[]): void {
	const groups = new Map<string, string[]>();
	for (const { situation, where, what, value } of findings) {
		const [head, detail] = split(what);
		const key = `${situation} / ${where} ${head}`;
		groups.set(key, [...(groups.get(key) ?? []), `${value}${detail}`]);
	}
	const lines = [...groups].map(([key, values]) => {
		const more = values.length > 3 ? ` and ${values.length - 3} more` : '';
		return `${key}: ${values.slice(0, 3).join('; ')}${more}`;
	});
	const shown = lines.slice(0, SHOWN);
	if (lines.length > SHOWN) shown.push(`and ${lines.length - SHOWN} places more`);
	expect(shown).toEqual([]);
}

function split(what: string): [string, string] {
	const [, head, detail] =
		/^([^,:]*?(?:is taken|is refused[\w ]*|should say|crashes|says nothing)?)([,: ].*)$/s.exec(what) ?? [];
	return head ? [head.trim(), ` (${detail.replace(/^[,:]? /, '')})`] : [what, ''];
}
