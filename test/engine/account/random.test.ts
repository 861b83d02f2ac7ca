import type { Settings } from '../../../sandbox';
import { SeededRandom } from '../../../sandbox/model/random';
import type { Told } from '../support/account';
import { auditorOf, foundIn, isUntold, playedBy } from '../support/account';
import { SWITCH_CASES } from '../support/accountSwitches';
import { useSchool } from '../support/school';

/** Each is two or three checks of an account. */
const SETS = Number(process.env.ACCOUNT_SETS ?? 100);
const SEED = Number(process.env.ACCOUNT_SEED ?? 20_260_210);

const school = useSchool({ customers: 150 });
const { checkWith } = auditorOf(school);

/** One case at most of each of some switches. */
function draw(random: SeededRandom): typeof SWITCH_CASES {
	const names = [...new Set(SWITCH_CASES.map(({ name }) => name))];
	const share = random.pick([0.1, 0.3, 0.6, 0.9]);
	return names
		.filter(() => random.chance(share))
		.map((name) => random.pick(SWITCH_CASES.filter((one) => one.name === name)));
}

let usual: Told[];

it(`says nothing that is not so, whatever is set together (${SETS} sets)`, async () => {
	usual ??= await checkWith({});
	const before = foundIn(usual);
	const wrong: unknown[] = [];
	let [told, most] = [0, 0];
	for (let set = 1; set <= SETS; set += 1) {
		const cases = draw(new SeededRandom(SEED, set));
		const settings: Partial<Settings> = Object.assign({}, ...cases.map((one) => one.settings));
		const report = await checkWith(settings);
		const after = foundIn(report);
		// What is ignored is ignored however it would be read.
		const byWeight = [...cases].sort(
			(a, b) => Number('ignoredFilters' in a.settings) - Number('ignoredFilters' in b.settings),
		);
		const says = Object.assign({}, before, ...byWeight.map((one) => one.says)) as Record<string, string>;
		// In a list whose order is another one each time, which Check says, a row may be missing from the pages by chance.
		const mayMiss = (name: string) => settings.shuffle === true && name.startsWith('rows unasked');
		const lies = Object.keys(after).filter(
			(name) => !isUntold(after[name]) && after[name] !== says[name] && !mayMiss(name),
		);
		told += Object.values(after).filter((found) => !isUntold(found)).length;
		most = Math.max(most, school.calls().length);
		const alike = foundIn(await checkWith(playedBy(report)));
		// What was not told is played as usual, and what is shuffled shows other rows: then less may be told.
		const mayTellLess = settings.shuffle === true || Object.values(after).some(isUntold);
		const unlike = Object.keys(after)
			.filter((name) => !isUntold(after[name]) && after[name] !== alike[name])
			.filter((name) => !(mayTellLess && isUntold(alike[name])));
		if (lies.length + unlike.length === 0) continue;
		const shown = (names: string[], of: Record<string, string>) =>
			names.map((name) => `${name} = ${of[name]}`);
		wrong.push({ set, settings, lies: shown(lies, after), unlike: shown(unlike, alike) });
	}
	expect(wrong).toEqual([]);
	// Most is told all the same.
	expect(told / SETS).toBeGreaterThan(0.7 * Object.keys(before).length);
	expect(most).toBeLessThanOrEqual(140);
}, 1_200_000);
