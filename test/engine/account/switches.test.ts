import { defaultSettings } from '../../../sandbox/model/settings';
import type { Told } from '../support/account';
import { auditorOf, differences, foundIn, isUntold, playedBy } from '../support/account';
import { SWITCH_CASES } from '../support/accountSwitches';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 150 });
const { checkWith } = auditorOf(school);

let usual: Told[];
beforeEach(async () => {
	usual ??= await checkWith({});
});

it('tells everything of the usual school', () => {
	expect(Object.entries(foundIn(usual)).filter(([, found]) => isUntold(found))).toEqual([]);
	expect({ ...defaultSettings, ...playedBy(usual) }).toEqual(defaultSettings);
});

it.each(SWITCH_CASES)('$name: $title', async ({ settings, says, hides }) => {
	const report = await checkWith(settings);
	const [before, after] = [foundIn(usual), foundIn(report)];
	const other = differences(before, after);
	const hidden = other.filter((name) => hides?.test(name) && isUntold(after[name] ?? '(denied)'));
	const told = other.filter((name) => !(name in says) && !hidden.includes(name));
	expect(told.map((name) => [name, after[name]])).toEqual([]);
	expect(Object.fromEntries(Object.keys(says).map((name) => [name, after[name]]))).toEqual(says);

	const played = playedBy(report);
	expect({ ...defaultSettings, ...played }).toEqual({ ...defaultSettings, ...settings });
	expect(foundIn(await checkWith(played))).toEqual(after);
});
