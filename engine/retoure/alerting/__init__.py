"""Carries alerts to the channels a deployment names: the log, webhooks, Slack, mail."""

from .channels import AlertChannels as AlertChannels
from .channels import Channel as Channel
from .mail import MailChannel as MailChannel
from .posting import Slack as Slack
from .posting import Webhook as Webhook
