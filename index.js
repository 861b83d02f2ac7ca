/**
 * n8n finds the classes through the `n8n` block of package.json and never loads this file.
 * It is here for programmatic use: `require('n8n-nodes-alfacrm')` in a script of one's own.
 */
module.exports = {
	...require('./dist/credentials/AlfaCrmApi.credentials.js'),
	...require('./dist/nodes/AlfaCrm/AlfaCrm.node.js'),
	...require('./dist/nodes/AlfaCrm/AlfaCrmTrigger.node.js'),
	...require('./dist/nodes/AlfaCrm/AlfaCrmWebhookTrigger.node.js'),
};
