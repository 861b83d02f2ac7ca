/** Of n8n's template for the README of a package, in its order; written from the template, not from the check of a release. */
export const HEADINGS = [
	'Installation',
	'Operations',
	'Credentials',
	'Compatibility',
	'Usage',
	'Resources',
	'Version history',
];
