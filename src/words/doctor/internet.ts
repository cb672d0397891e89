/** Of the way from the internet to us, and of several processes on one database. */
import type { Table } from './table.ts';

export const INTERNET = {
  'public-unset': {
    level: 'ok',
    what: 'PUBLIC_URL is not set: there are no webhooks and no links.',
  },
  'public-works': {
    level: 'ok',
    what: '{address} leads here: a signed link, the webhooks, large bodies and streams come through.',
  },
  'public-plain': {
    level: 'warning',
    what: 'PUBLIC_URL begins with http:, not https:.',
    why: 'Telegram and Discord call only https, and pictures travel readable for everybody on the way.',
    next: 'Put a proxy with a certificate in front (Caddy makes its own), and write https: in PUBLIC_URL.',
  },
  'public-unreachable': {
    level: 'broken',
    what: '{address} can’t be reached from this machine: {problem}.',
    why: 'Providers can’t fetch pictures and clips, and members can’t open links.',
    next: 'See that the name leads to this machine (DNS), that ports 80 and 443 are open in the firewall and the router, and that the proxy runs and hands on to port {port}. Some routers let no machine reach itself by its public name: then try it from a phone without Wi-Fi.',
  },
  'public-not-us': {
    level: 'broken',
    what: 'Something else than this bot answers at {address} ({status}).',
    why: 'Providers can’t fetch pictures and clips, and members can’t open links.',
    next: 'Let the proxy hand /media/ and /hooks/ on to http://{host}:{port}, with the name as it is asked for (Host), and nothing of its own in between.',
  },
  'hooks-not-us': {
    level: 'broken',
    what: 'Links come through {address}, but webhooks do not ({status}).',
    why: 'Finished videos are noticed late, and chats that call us are not heard.',
    next: 'Let the proxy hand POST requests on /hooks/ on to http://{host}:{port}.',
  },
  'proxy-cuts': {
    level: 'warning',
    what: 'The way through {address} cuts bodies of {size} ({status}).',
    why: 'Large pictures, clips or webhooks don’t arrive whole.',
    next: 'Raise the limit of the proxy (nginx: client_max_body_size 320m; Cloudflare: a plan with larger uploads).',
  },
  'proxy-buffers': {
    level: 'warning',
    what: 'What stands at {address} holds streams back until they end.',
    why: 'Progress on the page stands still behind such a proxy.',
    next: 'Turn buffering off for it (nginx: proxy_buffering off; Caddy: flush_interval -1).',
  },
  certificate: { level: 'ok', what: 'The certificate of {host} is good until {until}.' },
  'certificate-ends': {
    level: 'warning',
    what: 'The certificate of {host} ends on {until}.',
    why: 'From then on nobody calls us and no link opens.',
    next: 'See why it is not renewed: caddy does it by itself, certbot renew otherwise.',
  },
  'certificate-bad': {
    level: 'broken',
    what: 'The certificate of {host} is not accepted: {problem}.',
    why: 'Chats and providers refuse to call us, and browsers warn.',
    next: 'Renew it (certbot renew), with its whole chain, for exactly this name; Caddy does so by itself once ports 80 and 443 reach it.',
  },
  'processes-all': { level: 'ok', what: 'Processes that share the work: {count}.' },
  'processes-none': {
    level: 'warning',
    what: 'No process is running on this database.',
    why: 'Nothing is taken in, and open jobs stand still.',
    next: 'Start one; docs/scale.md says how to share the work.',
  },
  'role-missing': {
    level: 'broken',
    what: 'No process is there for {role}.',
    why: 'What it does stands still.',
    next: 'Start one with {role} among its ROLES.',
  },
  'front-missing': {
    level: 'broken',
    what: 'No process has {name}.',
    why: 'Nobody is heard there.',
    next: 'See in the log of the processes with {role} among their ROLES why none takes it.',
  },
  'versions-differ': {
    level: 'warning',
    what: 'The processes run different versions of Strut: {versions}.',
    why: 'Fine while you update them one after the other, not for long.',
    next: 'Update and restart the older ones.',
  },
  'database-clock': {
    level: 'warning',
    what: 'The clocks of {host} and of the database are {seconds} s apart.',
    why: 'Steps come early or late, and limits begin anew at different times.',
    next: 'Turn on time synchronisation on both machines: timedatectl set-ntp true',
  },
} as const satisfies Table;
