/** The headings of n8n's template for the README of a community package. */
const HEADINGS = [
	'Installation',
	'Operations',
	'Credentials',
	'Compatibility',
	'Usage',
	'Resources',
	'Version history',
];
const CYRILLIC = /\p{Script=Cyrillic}/u;

/** What n8n would have against the README that is packed: its headings, and a language other than English. */
export function readmeFaults(readme: string): string[] {
	const headings = [...readme.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading.trim());
	const lines = readme.split('\n').flatMap((line, index) => (CYRILLIC.test(line) ? [index + 1] : []));
	return [
		...HEADINGS.filter((heading) => !headings.includes(heading)).map(
			(heading) => `"## ${heading}" is missing`,
		),
		...(lines.length > 0 ? [`line ${lines.join(', ')} is not English`] : []),
	];
}
