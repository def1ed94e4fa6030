import { type Problem } from '../api/problem.js';
import { language } from './language.js';

/** What a person can do about it, in English and Chinese. */
const ADVICE: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  CLIENT_UNREACHABLE: [
    'No connection. Your text is kept; try again in a moment.',
    '网络不通。内容已保留，请稍后重试。',
  ],
  COMMON_REQUEST_INVALID: ['Please check what you entered.', '请检查填写的内容。'],
  COMMON_NOT_FOUND: ['It is not there any more.', '内容已不存在。'],
  COMMON_TOO_LARGE: ['That is too long. Please shorten it.', '内容过长，请缩短。'],
  COMMON_RATE_LIMITED: ['A little too fast. Wait a moment and try again.', '操作太快了，请稍候再试。'],
  COMMON_UNAVAILABLE: ['Not possible right now. Try again in a moment.', '暂时无法完成，请稍后重试。'],
  COMMON_OUTCOME_UNKNOWN: [
    'It is not known whether this arrived. Sending it again is safe.',
    '不确定是否已送达，可以放心地再次发送。',
  ],
  COMMON_DEADLINE_EXCEEDED: ['That took too long. Try again.', '等待超时，请重试。'],
  COMMON_CURSOR_INVALID: ['This list is out of date. Reload it.', '列表已过期，请重新加载。'],
  COMMON_CURSOR_EXPIRED: ['This list is out of date. Reload it.', '列表已过期，请重新加载。'],
  COMMON_IDEMPOTENCY_MISMATCH: ['Something else was sent before. Try again.', '之前发送过别的内容，请重试。'],
  GATEWAY_TOKEN_REQUIRED: ['Please sign in first.', '请先登录。'],
  GATEWAY_TOKEN_INVALID: ['You were signed out. Please sign in again.', '登录已失效，请重新登录。'],
  GATEWAY_FORBIDDEN: ['You may not do this.', '你没有权限。'],
  GATEWAY_CHALLENGE_REQUIRED: ['Too many tries. Wait a few minutes.', '尝试次数过多，请过几分钟再试。'],
  ACCOUNT_USERNAME_TAKEN: ['This user name is taken. Choose another.', '用户名已被使用，请换一个。'],
  ACCOUNT_CREDENTIALS_INVALID: ['User name or password is wrong.', '用户名或密码错误。'],
  ACCOUNT_SESSION_REVOKED: ['You were signed out. Please sign in again.', '登录已失效，请重新登录。'],
  COMMENT_NOT_FOUND: ['This comment is gone.', '该评论已不存在。'],
  COMMENT_SUBJECT_CLOSED: ['Comments are closed here.', '此处评论已关闭。'],
  COMMENT_PARENT_NOT_FOUND: ['The comment you answer is gone.', '你回复的评论已不存在。'],
  COMMENT_PARENT_FOREIGN: ['The comment you answer belongs elsewhere.', '你回复的评论不在此处。'],
  COMMENT_TEXT_INVALID: ['Write 1 to 2,000 characters.', '请输入 1 到 2,000 个字。'],
  COMMENT_TEXT_REJECTED: ['Some words are not allowed here. Please rephrase.', '含有不允许的词语，请修改。'],
  COMMENT_EDIT_WINDOW_OVER: [
    'A comment can be changed for 15 minutes; that time is over.',
    '评论发布 15 分钟后不能再修改。',
  ],
  COMMENT_FORBIDDEN: ['You may not do this.', '你没有权限。'],
  COMMENT_USER_BANNED: ['Your account can’t comment at the moment.', '你的账号暂时不能评论。'],
  COMMENT_LEVEL_TOO_LOW: ['Your level is too low to comment here.', '等级不足，暂不能在此评论。'],
  COMMENT_DUPLICATE: ['You posted this a moment ago already.', '你刚刚发过相同的内容。'],
  HISTORY_TIME_INVALID: ['Your clock is ahead. Please set it.', '设备时间过快，请校准。'],
};

const FALLBACK = ['Something went wrong here. Please try again.', '出错了，请重试。'] as const;

export function advice({ code, fields }: Problem): string {
  const texts = ADVICE[code] ?? FALLBACK;
  const text = texts[language.value === 'zh' ? 1 : 0];
  return code === 'COMMON_REQUEST_INVALID' && fields.length > 0 ? `${text} (${fields.join(', ')})` : text;
}
