import * as echarts from 'echarts';
import { markdownTable } from '../markdown';
import { N8N_VERSION } from '../n8n/install';
import type { Figures } from './measure';

export interface Result extends Figures {
	title: string;
	contestant: string;
	limit: number;
	latency: number;
}

interface Size extends Figures {
	customers: number;
	contestant: string;
}

const NAMES: Record<string, string> = {
	node: '**AlfaCRM node**',
	http: 'HTTP Request, no rate limit',
	paced: 'HTTP Request, own rate limit',
};
const COLUMNS = 'job,with,calls,429,most in a second,rows,seconds,× floor,CPU s,peak MB'.split(',');

/** The part of docs/performance.md about whole jobs. */
export function sectionOf(results: Result[], growth: Size[], machine: string): string {
	const circumstances = new Set(results.map(({ limit, latency }) => `${limit} ${latency}`));
	const sections = [...circumstances].map((one) => {
		const [limit, latency] = one.split(' ').map(Number);
		const those = results.filter((result) => result.limit === limit && result.latency === latency);
		const allowed = limit > 0 ? `at most ${limit} calls in any second` : 'no limit';
		return [`## ${latency} ms a call, ${allowed}`, tableOf(those)].join('\n\n');
	});
	return [
		`Written by \`npm run bench -- --write\`: ${machine}, n8n ${N8N_VERSION}, the sandbox on the same machine. Each job is a workflow
that a webhook starts and of which n8n saves nothing. The floor is what the calls, logins included, need at the rate that
AlfaCRM allows. "By 50" is an AlfaCRM that takes no page size and gives 50 records a page. CPU and memory are those of the
whole n8n process, whose memory begins at about 800 MB.`,
		'HTTP Request nodes without a rate limit lose records to 429 where there is a limit, which n8n shows as fewer rows or an error.',
		...sections,
		'## By size',
		'![Time and memory of a list by its size](images/performance.svg)',
		`Twice as many rows take ${slopes(growth).join(' and ')}.`,
	].join('\n\n');
}

function tableOf(results: Result[]) {
	const lines = results.map(({ title, contestant, calls, refused, most, rows, wall, limit, cpu, peak }) => [
		title,
		NAMES[contestant],
		calls,
		refused,
		most,
		Number.isNaN(rows) ? 'error' : rows,
		wall.toFixed(1),
		limit > 0 && refused === 0 ? (wall / (calls / limit)).toFixed(2) : '–',
		cpu.toFixed(1),
		peak.toFixed(0),
	]);
	return markdownTable(COLUMNS, lines, (column) => column < 2);
}

/** By what factor time and memory grow where the rows double. */
function slopes(growth: Size[]) {
	const sizes = growth.filter(({ contestant }) => contestant === 'node');
	const doublings = Math.log2(sizes[sizes.length - 1].customers / sizes[0].customers);
	const factor = (what: 'wall' | 'peak') =>
		(Number(sizes[sizes.length - 1][what]) / Number(sizes[0][what])) ** (1 / doublings);
	return [`${factor('wall').toFixed(2)} times the time`, `${factor('peak').toFixed(2)} times the memory`];
}

/** Time and memory by size, as an SVG. */
export function pictureOf(growth: Size[]) {
	const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 900, height: 340 });
	const contestants = [...new Set(growth.map(({ contestant }) => contestant))];
	const axis = (gridIndex: number, name: string) => ({
		type: 'value' as const,
		gridIndex,
		name,
		nameLocation: 'middle' as const,
		nameGap: 45,
		min: 0,
	});
	chart.setOption({
		animation: false,
		backgroundColor: '#ffffff',
		legend: { top: 5, data: contestants.map((one) => NAMES[one].replaceAll('*', '')) },
		grid: [
			{ left: 65, width: 360, top: 45, bottom: 55 },
			{ left: 515, width: 360, top: 45, bottom: 55 },
		],
		xAxis: [0, 1].map((gridIndex) => ({ ...axis(gridIndex, 'customers'), nameGap: 28 })),
		yAxis: [axis(0, 'seconds'), axis(1, 'peak memory of n8n, MB')],
		series: (['wall', 'peak'] as const).flatMap((what, index) =>
			contestants.map((contestant) => ({
				type: 'line' as const,
				name: NAMES[contestant].replaceAll('*', ''),
				xAxisIndex: index,
				yAxisIndex: index,
				data: growth
					.filter((one) => one.contestant === contestant)
					.map((one) => [one.customers, Number(one[what].toFixed(2))]),
			})),
		),
	});
	const svg = chart.renderToSVGString();
	chart.dispose();
	return svg;
}
