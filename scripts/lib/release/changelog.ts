/** What a section says in place of a date before the version has its tag. */
const UNRELEASED = 'unreleased';

interface Section {
	version: string;
	/** A date, or that there is none yet. */
	date: string;
	text: string;
}

/** The versions of a changelog as Keep a Changelog has them, newest first. */
function sectionsOf(changelog: string): Section[] {
	return changelog
		.split(/^## /m)
		.slice(1)
		.map((section) => {
			const [heading, ...lines] = section.split('\n');
			const [, version = '', date = ''] = /^\[?([^\]\s]+)\]?(?: - (\S+))?$/.exec(heading.trim()) ?? [];
			return { version, date, text: lines.join('\n').trim() };
		});
}

/** What the changelog says of a version; empty when it says nothing. */
export function notesOf(changelog: string, version: string): string {
	return sectionsOf(changelog).find((section) => section.version === version)?.text ?? '';
}

/**
 * What keeps the changelog from being that of the version.
 * @param isTagged the version gets published now, so it has a date
 */
export function changelogFaults(
	changelog: string,
	version: string,
	isTagged: boolean,
	today: string,
): string[] {
	const [newest] = sectionsOf(changelog);
	if (!newest) return ['it has no version'];
	if (newest.version !== version) return [`its newest version is "${newest.version}", not ${version}`];
	if (newest.text === '') return [`it says nothing of ${version}`];
	if (newest.date === UNRELEASED)
		return isTagged ? [`"${UNRELEASED}" stands where the date of ${version} should`] : [];
	if (!isDate(newest.date)) return [`"${newest.date}" is no date such as 2026-01-31`];
	return newest.date > today ? [`${newest.date} has not come yet`] : [];
}

const isDate = (text: string) =>
	/^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toJSON()?.startsWith(text) === true;
