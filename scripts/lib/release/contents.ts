import { entities } from '../../../nodes/AlfaCrm/entities/registry';

/** What is published stays below it, and is not minified: n8n's reviewers and users read it (docs/decisions/0012). */
export const MOST_KILOBYTES = 200;

/** The rooms of the house, of each of which the bundler makes a file. */
const ROOMS = [
	...['api', 'entities', 'fields', 'form', 'loadOptions', 'operations', 'trigger', 'values'],
	...['account', 'matching', 'output', 'records', 'run'].map((name) => `operations/${name}`),
	'trigger/webhook',
];

const resources = [...entities.map(({ resource }) => resource), 'account'].join('|');
/** All that may be in the tarball. */
const EXPECTED = [
	/^(package\.json|index\.js|README\.md|LICENSE|CHANGELOG\.md)$/,
	/^dist\/credentials\/AlfaCrmApi\.credentials\.js$/,
	/^dist\/icons\/alfacrm(\.dark)?\.svg$/,
	/^dist\/nodes\/AlfaCrm\/AlfaCrm(Trigger|WebhookTrigger)?\.node\.(js|json)$/,
	new RegExp(`^dist/nodes/AlfaCrm/(${ROOMS.join('|')})\\.js$`),
	new RegExp(`^dist/nodes/AlfaCrm/__schema__/v1\\.0\\.0/(${resources})/\\w+\\.json$`),
];
/** All that must be there. */
const REQUIRED = [
	'package.json',
	'index.js',
	'README.md',
	'LICENSE',
	'dist/credentials/AlfaCrmApi.credentials.js',
	'dist/icons/alfacrm.svg',
	'dist/icons/alfacrm.dark.svg',
	...['AlfaCrm', 'AlfaCrmTrigger', 'AlfaCrmWebhookTrigger'].flatMap((node) => [
		`dist/nodes/AlfaCrm/${node}.node.js`,
		`dist/nodes/AlfaCrm/${node}.node.json`,
	]),
	...ROOMS.map((name) => `dist/nodes/AlfaCrm/${name}.js`),
	'dist/nodes/AlfaCrm/__schema__/v1.0.0/customer/getAll.json',
];

/** What is in the tarball and should not be, and what is not and should be. */
export function oddContents(files: string[]): string[] {
	const surplus = files.filter((file) => !EXPECTED.some((pattern) => pattern.test(file)));
	const missing = REQUIRED.filter((file) => !files.includes(file));
	return [
		...surplus.map((file) => `${file} should not be there`),
		...missing.map((file) => `${file} is missing`),
	];
}
