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

/** Names of packed files in a page that `npm pack` does not make of the version. */
export function packedFileFaults(page: string, name: string, version: string): string[] {
	const file = `${name}-${version}.tgz`;
	const named = page.match(new RegExp(`\\b${name}-\\d[\\w.-]*\\.tgz`, 'g')) ?? [];
	return [...new Set(named)].filter((one) => one !== file).map((one) => `it names ${one}, not ${file}`);
}
