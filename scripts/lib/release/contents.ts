import { entities } from '../../../nodes/AlfaCrm/entities/registry';

/**
 * A little more than it has: n8n sets no limit, and what is published is compiled but not minified, so that it can be read. A file for
 * each module costs some 40 kB over all in one, and keeps what is published comparable with its source, line by line.
 */
export const MOST_KILOBYTES = 230;

const resources = [...entities.map(({ resource }) => resource), 'account'].join('|');
/** All that may be in the tarball. */
const EXPECTED = [
	/^(package\.json|index\.js|README\.md|LICENSE|CHANGELOG\.md)$/,
	/^dist\/credentials\/AlfaCrmApi\.credentials\.js$/,
	/^dist\/icons\/alfacrm(\.dark)?\.svg$/,
	/^dist\/nodes\/AlfaCrm\/AlfaCrm(Trigger|WebhookTrigger)?\.node\.(js|json)$/,
	/^dist\/nodes\/AlfaCrm\/(api|entities|fields|form|methods|operations|trigger)(\/\w+)*\/\w+\.js$/,
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
